// Outlines of labels in one view, as wide on the screen whatever the zoom. Between voxels a label counts as much as
// the trilinear weights of its voxels; the outline runs where no label outweighs the others. Defined when it is
// compiled: CARRIED, whether labels are those of the moving scan over the warped one; ONLY_SELECTED.
uniform vec2 target;
uniform vec3 origin, step_x, step_y; // as in slice.frag
uniform sampler3D field;
uniform mat4 field_from_world;
uniform float morph;
uniform usampler3D labels;           // numbers of label_colours; MIXED: a neighbour differs
uniform mat4 voxel_from_world;       // affine included
uniform sampler2D label_colours;     // alpha 0: not selected
uniform vec4 tint;                   // alpha > 0: instead of the labels' colours
uniform float opacity, width_px;

out vec4 colour;

const uint MIXED = 0x8000u;
const int ROW = 128;       // colours in a row of label_colours
const float SHADE_PX = 1.0; // beside the line, dark, so that it is seen on bright tissue

vec4 colour_of(uint label)
{
    return texelFetch(label_colours, ivec2(int(label) % ROW, int(label) / ROW), 0);
}

// The two labels that weigh most at v (the second only nearly, where three meet) and the distance to where they
// are equal, in pixels; across, down: how v changes per pixel.
void outweigh(vec3 v, vec3 across, vec3 down, ivec3 size, out uint first, out uint second, out float px)
{
    ivec3 base = ivec3(floor(v)), low = clamp(base, ivec3(0), size - 1), high = clamp(base + 1, ivec3(0), size - 1);
    vec3 f = v - vec3(base);
    uint label[8];
    float weight[8];
    vec3 slope[8];
    for (int k = 0; k < 8; k++) {
        bvec3 up = bvec3((k & 1) != 0, (k & 2) != 0, (k & 4) != 0);
        vec3 w = mix(1.0 - f, f, up), s = mix(vec3(-1.0), vec3(1.0), up);
        ivec3 at = ivec3(up.x ? high.x : low.x, up.y ? high.y : low.y, up.z ? high.z : low.z);
        label[k] = texelFetch(labels, at, 0).r & ~MIXED;
        weight[k] = w.x * w.y * w.z;
        slope[k] = s * vec3(w.y * w.z, w.x * w.z, w.x * w.y);
    }
    for (int k = 0; k < 8; k++)
        if (ONLY_SELECTED)
            label[k] = colour_of(label[k]).a == 0.0 ? 0u : label[k];
    float most = -1.0, next = -1.0;
    for (int k = 0; k < 8; k++) {
        first = weight[k] > most ? label[k] : first;
        most = max(most, weight[k]);
    }
    second = first;
    for (int k = 0; k < 8; k++) {
        bool more = label[k] != first && weight[k] > next;
        second = more ? label[k] : second;
        next = more ? weight[k] : next;
    }
    float lead = 0.0; // of the first over the second
    vec3 steepness = vec3(0.0);
    for (int k = 0; k < 8; k++) {
        float sign = float(label[k] == first) - float(label[k] == second && second != first);
        lead += sign * weight[k];
        steepness += sign * slope[k];
    }
    px = abs(lead) / max(length(vec2(dot(steepness, across), dot(steepness, down))), 1e-6);
    uint heaviest = lead < 0.0 ? second : first;
    second = lead < 0.0 ? first : second;
    first = heaviest;
}

// depth_px: how far inside the label that has the outline.
vec4 line(uint label, float depth_px)
{
    float inner = clamp(width_px + 0.5 - depth_px, 0.0, 1.0), outer = clamp(depth_px + 0.5, 0.0, 1.0);
    float shade = clamp(width_px + SHADE_PX + 0.5 - depth_px, 0.0, 1.0) *
                  clamp(depth_px + SHADE_PX + 0.5, 0.0, 1.0);
    vec3 paint = tint.a > 0.0 ? tint.rgb : colour_of(label).rgb;
    float covered = opacity * inner * outer;
    return vec4(paint * covered, max(covered, 0.5 * opacity * shade));
}

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y);
    vec3 x = origin + at.x * step_x + at.y * step_y;
    if (CARRIED)
        x += morph * texture(field, (field_from_world * vec4(x, 1.0)).xyz).xyz;
    vec3 v = (voxel_from_world * vec4(x, 1.0)).xyz;
    vec3 across = dFdx(v), down = dFdy(v);
    ivec3 size = textureSize(labels, 0);
    ivec3 nearest = ivec3(floor(v + 0.5)), within = clamp(nearest, ivec3(0), size - 1);
    bool mixed = nearest == within && (texelFetch(labels, within, 0).r & MIXED) != 0u;
    colour = vec4(0.0);
    if (!mixed)
        discard;
    uint first, second;
    float px;
    outweigh(v, across, down, size, first, second, px);
    bool outside = first == 0u;
    if (!outside || second != 0u)
        colour = line(outside ? second : first, outside ? -px : px);
}
