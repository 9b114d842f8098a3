// Outlines of labels in one view, as wide on the screen whatever the zoom. Between voxels a label counts as much as
// the trilinear weights of its voxels; the outline runs where no label outweighs the others. Defined when it is
// compiled: CARRIED, whether labels are those of the moving scan over the warped one; ONLY_SELECTED; WHITE, whether all
// of them are, instead of in their colours.
in vec3 voxel, field_at;             // before they are carried; in texture coordinates of the field
uniform sampler3D field;
uniform float morph;
uniform usampler3D labels;           // numbers of label_colours; above each, that of the next voxel along x
uniform mat4 voxel_from_world;       // affine included
uniform vec3 across, down;           // how `voxel` changes per pixel
uniform sampler2D label_colours;     // alpha 0: not selected
uniform float opacity, width_px;

out vec4 colour;

const uint ROW = 128u;      // colours in a row of label_colours
const float SHADE_PX = 1.0; // beside the line, dark, so that it is seen on bright tissue
const float FAR_PX = 1e6;
const float LYING = 0.4, UPRIGHT = 0.8; // a border that lies has no shade: a label may only just reach the slice
const float FLAT = 2e-3;    // less slope per pixel, and there is no line: the slice lies along the border

vec4 colour_of(uint label)
{
    return texelFetch(label_colours, ivec2(label % ROW, label / ROW), 0);
}

uint seen(uint label)
{
    return ONLY_SELECTED && colour_of(label).a == 0.0 ? 0u : label;
}

// Of a voxel and the next one along x.
uvec2 labels_at(int x, int y, int z)
{
    uint pair = texelFetch(labels, ivec3(x, y, z), 0).r;
    return uvec2(seen(pair & 0xffffu), seen(pair >> 16));
}

// Trilinear value of the corners of a cell, in (x, y) = 00, 10, 01, 11, and its slope.
float interpolate(vec4 front, vec4 back, vec3 f, out vec3 slope)
{
    vec4 through = back - front, a = front + f.z * through;
    vec2 up = a.zw - a.xy, b = a.xy + f.y * up, c = mix(through.xy, through.zw, f.y);
    slope = vec3(b.y - b.x, mix(up.x, up.y, f.x), mix(c.x, c.y, f.x));
    return mix(b.x, b.y, f.x);
}

void heavier(bool than, uint label, float weight, inout uint best, inout float most)
{
    bool more = than && weight > most;
    best = more ? label : best;
    most = more ? weight : most;
}

// The two labels that weigh most at v (the second only nearly, where three meet), the distance to where they
// are equal, in pixels, and how upright their border stands on the slice, 0 to 1; dx, dy: how v changes per pixel.
void outweigh(vec3 v, vec3 dx, vec3 dy, ivec3 size, out uint first, out uint second, out float px, out float upright)
{
    ivec3 base = ivec3(floor(v)), low = clamp(base, ivec3(0), size - 1), high = clamp(base + 1, ivec3(0), size - 1);
    vec3 f = v - vec3(base), g = 1.0 - f;
    uvec4 front = uvec4(labels_at(low.x, low.y, low.z), labels_at(low.x, high.y, low.z));
    uvec4 back = uvec4(labels_at(low.x, low.y, high.z), labels_at(low.x, high.y, high.z));
    front = base.x < 0 ? front.xxzz : front;
    back = base.x < 0 ? back.xxzz : back;
    uvec4 near = f.z > 0.5 ? back : front;
    uvec2 nearer = f.y > 0.5 ? near.zw : near.xy;
    first = f.x > 0.5 ? nearer.y : nearer.x;
    vec4 plane = vec4(g.x * g.y, f.x * g.y, g.x * f.y, f.x * f.y), weight = plane * g.z;
    second = first;
    float most = -1.0;
    for (int k = 0; k < 4; k++)
        heavier(front[k] != first, front[k], weight[k], second, most);
    weight = plane * f.z;
    for (int k = 0; k < 4; k++)
        heavier(back[k] != first, back[k], weight[k], second, most);
    vec3 steepness;
    vec4 lead_front = vec4(equal(front, uvec4(first))) - vec4(equal(front, uvec4(second)));
    vec4 lead_back = vec4(equal(back, uvec4(first))) - vec4(equal(back, uvec4(second)));
    float lead = interpolate(lead_front, lead_back, f, steepness);
    float per_px = length(vec2(dot(steepness, dx), dot(steepness, dy)));
    px = most < 0.0 || per_px < FLAT ? FAR_PX : abs(lead) / per_px;
    upright = min(per_px / max(length(steepness) * length(dx), FLAT), 1.0);
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
    vec3 paint = WHITE ? vec3(1.0) : colour_of(label).rgb;
    float covered = opacity * inner * outer;
    return vec4(paint * covered, max(covered, 0.5 * opacity * shade));
}

void main()
{
    vec3 v = voxel;
    if (CARRIED)
        v += mat3(voxel_from_world) * (morph * texture(field, field_at).xyz);
    ivec3 size = textureSize(labels, 0);
    uint first, second;
    float px, upright;
    outweigh(v, CARRIED ? dFdx(v) : across, CARRIED ? dFdy(v) : down, size, first, second, px, upright);
    bool outside = first == 0u, within = all(greaterThanEqual(v, vec3(-0.5))) && all(lessThan(v, vec3(size) - 0.5));
    vec4 drawn = line(outside ? second : first, outside ? -px : px);
    drawn *= outside ? smoothstep(LYING, UPRIGHT, upright) : 1.0;
    colour = within && (!outside || second != 0u) ? drawn : vec4(0.0);
}
