// A line with a dark edge, coloured by the length of the displacement, that fades towards its tail.
uniform float thick_px, scale_mm;

in vec3 within;

out vec4 colour;

void main()
{
    float distance_px = abs(within.x) * (thick_px + 1.0);
    float seen = smoothstep(0.0, 0.8, within.y);
    float line = seen * clamp(0.5 * thick_px + 0.5 - distance_px, 0.0, 1.0);
    float edge = seen * clamp(thick_px + 0.5 - distance_px, 0.0, 1.0);
    colour = vec4(mapped(3, within.z / scale_mm) * line, max(line, 0.6 * edge));
}
