// One slice through a scan, sampled in world mm, with the warped grid over it.
uniform vec2 target;           // framebuffer size in pixels
uniform vec3 origin;           // fixed world point of pixel position (0,0), top left
uniform vec3 step_x, step_y;   // world mm per pixel, rightwards and downwards
uniform sampler3D scan;
uniform sampler3D field;       // displacement in mm, |J|
uniform mat4 scan_from_world;  // fixed world -> texture coordinates of the scan, affine included
uniform mat4 field_from_world; // fixed world -> texture coordinates of the field
uniform bool has_scan, warp, grid;
uniform vec2 levels;           // stored value shown as black, 1 / (white - black)
uniform vec3 surround;         // colour outside the scan
uniform vec3 axis_right, axis_up;
uniform float grid_mm;
uniform float line_px;         // width of the grid's lines

out vec4 colour;

// 1 inside [0,1]^3, 0 outside, antialiased over one pixel.
float coverage(vec3 t)
{
    vec3 width = max(fwidth(t), vec3(1e-6));
    vec3 inside = clamp(0.5 + min(t, 1.0 - t) / width, 0.0, 1.0);
    return inside.x * inside.y * inside.z;
}

// Share of the pixel covered by lines at the multiples of grid_mm of both in-plane coordinates of y:
// x: the line itself, y: the line with a dark edge that sets it off from bright tissue.
vec2 line_coverage(vec3 y)
{
    vec2 c = vec2(dot(y, axis_right), dot(y, axis_up)) / grid_mm;
    vec2 width = max(vec2(length(vec2(dFdx(c.x), dFdy(c.x))), length(vec2(dFdx(c.y), dFdy(c.y)))),
                     vec2(1e-6));
    vec2 distance_px = abs(fract(c + 0.5) - 0.5) / width;
    vec2 fade = clamp(0.5 / width - 1.0, 0.0, 1.0); // lines closer than 4 px would be a grey mash
    vec2 line = fade * clamp(0.5 * line_px + 0.5 - distance_px, 0.0, 1.0);
    vec2 edge = fade * clamp(1.25 * line_px + 0.5 - distance_px, 0.0, 1.0);
    return vec2(max(line.x, line.y), max(edge.x, edge.y));
}

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y);
    vec3 x = origin + at.x * step_x + at.y * step_y;
    vec3 f = (field_from_world * vec4(x, 1.0)).xyz;
    vec4 d = warp ? texture(field, f) : vec4(0.0, 0.0, 0.0, 1.0);
    vec3 y = x + d.xyz;

    vec3 t = (scan_from_world * vec4(y, 1.0)).xyz;
    float value = has_scan ? (texture(scan, t).r - levels.x) * levels.y : 0.0;
    float inside = has_scan ? coverage(t) : 0.0;
    vec3 shown = mix(surround, vec3(clamp(value, 0.0, 1.0)), inside);

    if (grid) {
        float in_field = coverage(f);
        float jacobian = mix(1.0, d.w, in_field);
        float octaves = log2(max(jacobian, 1e-3));
        float strength = in_field * mix(0.42, 0.85, clamp(2.0 * abs(octaves), 0.0, 1.0));
        vec2 lines = line_coverage(y);
        shown *= 1.0 - 0.55 * strength * lines.y;
        shown = mix(shown, volume_change_colour(octaves), strength * lines.x);
        float fold = 0.85 * in_field * float(jacobian <= 0.0);
        shown = mix(shown, folded, fold);
    }
    colour = vec4(shown, 1.0);
}
