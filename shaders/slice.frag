// One slice through a scan, sampled in world mm, with what is laid over it. Defined when it is compiled:
// COLOURS      LamColourMap
// HAS_FIELD    0 or 1, whether the scan is carried by it
// COMPARE      LamCompare; 0 also where there is nothing to compare with
// OVERLAY      LamOverlay
// GRID         0 none, 1 of the moving scan carried here, 2 of the fixed scan fetched here
// GRID_COLOUR  LamGridColour
uniform vec2 target;           // framebuffer size in pixels
uniform vec4 rect;             // of the view: x, y, width, height
in vec3 place;                 // fixed world, mm
in vec3 scan_at, field_at;     // its texture coordinates in scan and field, before the scan is carried
uniform sampler3D scan;
uniform sampler3D field;       // displacement in mm, |J|
uniform sampler3D against;     // another field, to compare with, or a map to draw
uniform sampler3D other;       // the fixed scan, to compare with
uniform mat4 scan_from_world;  // fixed world -> texture coordinates of the scan, affine included
uniform mat4 field_from_world; // fixed world -> texture coordinates of the field
uniform mat4 other_from_world, against_from_world;
uniform bool has_scan;
uniform float morph;           // how much of the displacement; 0 in views that are not warped
uniform vec2 levels;           // stored value shown as black, 1 / (white - black)
uniform vec2 other_levels;
uniform vec3 surround;         // colour outside the scan
uniform vec3 axis_right, axis_up, axis_through;
uniform float grid_mm;
uniform float line_px;         // width of the grid's lines
uniform float share, checker_mm;
uniform float opacity, scale_mm;

out vec4 colour;

const float EDGE_MM = 0.7;     // on either side, for the slope of an edge
const float ISOLINES = 8.0;    // on the scale of displacements
const int ROUNDS = 24;         // of the search for what is fetched here
const float MAP_SCALE = 0.25;  // LAM_MAP_SCALE
const float CAUTION = 0.6;     // of its steps: where the field shears strongly, whole ones overshoot

// 1 inside [0,1]^3, 0 outside, antialiased over one pixel.
float coverage(vec3 t)
{
    vec3 width = max(fwidth(t), vec3(1e-6));
    vec3 inside = clamp(0.5 + min(t, 1.0 - t) / width, 0.0, 1.0);
    return inside.x * inside.y * inside.z;
}

vec3 at_field(vec3 x)
{
    return (field_from_world * vec4(x, 1.0)).xyz;
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

float other_at(vec3 x)
{
    return (texture(other, (other_from_world * vec4(x, 1.0)).xyz).r - other_levels.x) *
           other_levels.y;
}

// Both scans in one picture; value: of the warped one.
vec3 compared(vec3 x, vec2 at, float value)
{
    float w = clamp(value, 0.0, 1.0), f = clamp(other_at(x), 0.0, 1.0);
    if (COMPARE == 1) {
        vec2 square = floor(vec2(dot(x, axis_right), dot(x, axis_up)) / checker_mm);
        return mapped(COLOURS, mod(square.x + square.y, 2.0) < 0.5 ? f : w);
    }
    if (COMPARE == 2) {
        float from_line = at.x - rect.x - share * rect.z;
        vec3 side = mapped(COLOURS, from_line < 0.0 ? f : w);
        return mix(vec3(0.36, 0.74, 0.98), side, clamp(abs(from_line) - 0.5 * line_px, 0.0, 1.0));
    }
    if (COMPARE == 3)
        return vec3(f, w, f);
    if (COMPARE == 4)
        return abs(w - f) * (w > f ? grown : shrunk);
    if (COMPARE == 5) {
        vec2 slope = vec2(other_at(x + EDGE_MM * axis_right) - other_at(x - EDGE_MM * axis_right),
                          other_at(x + EDGE_MM * axis_up) - other_at(x - EDGE_MM * axis_up));
        return mix(mapped(COLOURS, w), folded, smoothstep(0.12, 0.3, length(slope)));
    }
    return mapped(COLOURS, mix(w, f, share));
}

vec3 grid_line_colour(vec4 d, float octaves)
{
    if (GRID_COLOUR == 1)
        return mapped(3, length(d.xyz) / scale_mm);
    if (GRID_COLOUR == 2)
        return volume_change_colour(dot(d.xyz, axis_through) / scale_mm);
    return volume_change_colour(octaves);
}

// x: the fixed point; lines: where they run.
vec3 with_grid(vec3 shown, vec3 f, vec4 d, vec3 lines_at)
{
    float in_field = coverage(f);
    float jacobian = morph < 1.0 && GRID == 1 ? 1.0 : mix(1.0, d.w, in_field);
    float octaves = log2(max(jacobian, 1e-3));
    float telling = GRID_COLOUR == 0 ? clamp(2.0 * abs(octaves), 0.0, 1.0) : 1.0;
    float strength = in_field * mix(0.42, 0.85, telling);
    vec2 lines = line_coverage(lines_at);
    shown *= 1.0 - 0.55 * strength * lines.y;
    shown = mix(shown, grid_line_colour(d, octaves), strength * lines.x);
    float fold = 0.85 * in_field * float(jacobian <= 0.0);
    return mix(shown, folded, fold);
}

vec3 with_overlay(vec3 shown, vec3 x, vec3 f, vec4 d)
{
    float in_field = coverage(f);
    if (OVERLAY == 3)
        d.xyz -= morph * texture(against, (against_from_world * vec4(x, 1.0)).xyz).xyz;
    if (OVERLAY > 3)
        d.xyz = texture(against, (against_from_world * vec4(x, 1.0)).xyz).xyz / MAP_SCALE;
    if (OVERLAY != 2) {
        float length_mm = length(d.xyz), level = length_mm / scale_mm * ISOLINES;
        float width = max(fwidth(level), 1e-6);
        float line = clamp(1.0 - abs(fract(level + 0.5) - 0.5) / width, 0.0, 1.0) *
                     float(level > 0.5) * clamp(0.5 / width - 1.0, 0.0, 1.0);
        vec3 paint = mix(mapped(3, length_mm / scale_mm), vec3(0.0), 0.6 * line);
        float telling = OVERLAY > 3 ? smoothstep(0.02, 0.25, length_mm / scale_mm) : 1.0;
        return mix(shown, paint, opacity * in_field * telling);
    }
    float octaves = log2(max(d.w, 1e-3));
    vec3 paint = d.w <= 0.0 ? folded : volume_change_colour(octaves);
    float strength = d.w <= 0.0 ? 1.0 : smoothstep(0.0, 0.5, abs(octaves));
    return mix(shown, paint, opacity * in_field * strength);
}

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y);
    vec3 x = place, f = field_at;
    vec4 d = HAS_FIELD == 1 ? texture(field, f) : vec4(0.0, 0.0, 0.0, 1.0);
    d.xyz *= morph;
    vec3 y = x + d.xyz;

    vec3 t = HAS_FIELD == 1 ? scan_at + mat3(scan_from_world) * d.xyz : scan_at;
    float value = has_scan ? (texture(scan, t).r - levels.x) * levels.y : 0.0;
    float inside = has_scan ? coverage(t) : 0.0;
    vec3 shown = mix(surround, mapped(COLOURS, value), inside);
    if (COMPARE > 0)
        shown = mix(surround, compared(x, at, inside * value),
                    max(inside, coverage((other_from_world * vec4(x, 1.0)).xyz)));
    if (OVERLAY > 0)
        shown = with_overlay(shown, x, f, d);
    if (GRID == 1)
        shown = with_grid(shown, f, d, y);
    if (GRID == 2) {
        // the fixed point z whose tissue is fetched here: z + d(z) = x
        vec3 z = x;
        for (int i = 0; i < ROUNDS; i++)
            z += CAUTION * (x - z - texture(field, at_field(z)).xyz);
        vec3 g = at_field(z);
        shown = with_grid(shown, g, texture(field, g), z);
    }
    colour = vec4(shown, 1.0);
}
