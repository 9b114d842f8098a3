// Outlines of labels in one view, as wide on the screen whatever the zoom. Between voxels a label counts as much as
// the trilinear weights of its voxels; the outline runs where no label outweighs the others.
uniform vec2 target;
uniform vec3 origin, step_x, step_y; // as in slice.frag
uniform sampler3D field;
uniform mat4 field_from_world;
uniform float morph;                 // 0 where labels are not carried by the field
uniform usampler3D labels;           // numbers of label_colours; MIXED: a neighbour differs
uniform mat4 voxel_from_world;       // affine included
uniform sampler2D label_colours;     // alpha 0: not selected
uniform bool only_selected;
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

uint label_at(ivec3 at, ivec3 size)
{
    bool inside = all(greaterThanEqual(at, ivec3(0))) && all(lessThan(at, size));
    uint label = inside ? texelFetch(labels, at, 0).r & ~MIXED : 0u;
    return only_selected && colour_of(label).a == 0.0 ? 0u : label;
}

// The label of most weight at v, the next one, and the distance to where they are equal, in pixels; across, down:
// how v changes per pixel.
void outweigh(vec3 v, vec3 across, vec3 down, ivec3 size, out uint first, out uint second, out float px)
{
    ivec3 base = ivec3(floor(v));
    vec3 f = v - vec3(base);
    uint label[8];
    float weight[8];
    vec3 slope[8];
    for (int k = 0; k < 8; k++) {
        vec3 high = vec3(k & 1, k >> 1 & 1, k >> 2);
        vec3 w = mix(1.0 - f, f, high), s = 2.0 * high - 1.0;
        label[k] = label_at(base + ivec3(high), size);
        weight[k] = w.x * w.y * w.z;
        slope[k] = s * vec3(w.y * w.z, w.x * w.z, w.x * w.y);
    }
    float most = -1.0, next = 0.0;
    vec3 most_slope = vec3(0.0), next_slope = vec3(0.0);
    first = second = label[0];
    for (int k = 0; k < 8; k++) {
        float sum = 0.0;
        vec3 sum_slope = vec3(0.0);
        for (int j = 0; j < 8; j++) {
            float same = float(label[j] == label[k]);
            sum += same * weight[j];
            sum_slope += same * slope[j];
        }
        bool known = label[k] == first && most >= 0.0;
        bool leads = !known && sum > most;
        bool follows = !known && !leads && sum > next;
        if (leads || follows) {
            next = leads ? most : sum;
            next_slope = leads ? most_slope : sum_slope;
            second = leads ? first : label[k];
        }
        if (leads) {
            most = sum;
            most_slope = sum_slope;
            first = label[k];
        }
    }
    next = max(next, 0.0);
    vec3 steepness = most_slope - next_slope;
    px = (most - next) / max(length(vec2(dot(steepness, across), dot(steepness, down))), 1e-6);
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
    vec3 d = morph > 0.0 ? texture(field, (field_from_world * vec4(x, 1.0)).xyz).xyz : vec3(0.0);
    vec3 v = (voxel_from_world * vec4(x + morph * d, 1.0)).xyz;
    vec3 across = dFdx(v), down = dFdy(v);
    ivec3 size = textureSize(labels, 0);
    uint here = texelFetch(labels, clamp(ivec3(floor(v + 0.5)), ivec3(0), size - 1), 0).r;
    colour = vec4(0.0);
    // A loop, not an if: software renderers work through both sides of an if.
    for (int mixed = int(here & MIXED); mixed > 0; mixed = 0) {
        uint first, second;
        float px;
        outweigh(v, across, down, size, first, second, px);
        bool outside = first == 0u;
        if (!outside || second != 0u)
            colour = line(outside ? second : first, outside ? -px : px);
    }
}
