// A shaft and a pointed head, coloured by the whole length of the displacement, with a dark edge.
uniform vec2 target;
uniform float thick_px, scale_mm;

flat in vec2 tail, head;
flat in float length_mm;

out vec4 colour;

float to_line(vec2 at, vec2 a, vec2 b)
{
    vec2 along = b - a;
    float share = clamp(dot(at - a, along) / max(dot(along, along), 1e-6), 0.0, 1.0);
    return length(at - a - share * along);
}

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y);
    vec2 way = normalize(head - tail), side = vec2(-way.y, way.x);
    float barb = min(3.5 * thick_px, 0.5 * length(head - tail));
    float distance_px = min(to_line(at, tail, head),
                            min(to_line(at, head, head - barb * (way + 0.6 * side)),
                                to_line(at, head, head - barb * (way - 0.6 * side))));
    float line = clamp(0.5 * thick_px + 0.5 - distance_px, 0.0, 1.0);
    float edge = clamp(thick_px + 0.5 - distance_px, 0.0, 1.0);
    colour = vec4(mapped(3, length_mm / scale_mm) * line, max(line, 0.6 * edge));
}
