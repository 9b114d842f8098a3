// One arrow for each point of a lattice that is fixed in world space: a rectangle around it, in pixels.
uniform vec2 target;           // framebuffer size in pixels
uniform vec3 origin;           // fixed world point of pixel position (0,0), top left
uniform vec3 step_x, step_y;   // world mm per pixel
uniform vec3 axis_right, axis_up;
uniform float mm_per_px;
uniform vec2 first;            // mm along right and up of the first arrow
uniform int columns;
uniform float spacing_mm;
uniform float morph, thick_px;
uniform bool pull_back;        // ends where the tissue comes from; else where it arrives
uniform sampler3D field;
uniform mat4 field_from_world;

flat out vec2 tail, head;      // pixels, y down
flat out float length_mm;

void main()
{
    vec2 cell = vec2(gl_InstanceID % columns, gl_InstanceID / columns);
    vec2 place = first + spacing_mm * cell - vec2(dot(origin, axis_right), dot(origin, axis_up));
    vec2 at = vec2(place.x, -place.y) / mm_per_px;
    vec3 f = (field_from_world * vec4(origin + at.x * step_x + at.y * step_y, 1.0)).xyz;
    bool inside = all(greaterThan(f, vec3(0.0))) && all(lessThan(f, vec3(1.0)));
    vec3 d = morph * textureLod(field, f, 0.0).xyz;
    vec2 moved = at + vec2(dot(d, axis_right), -dot(d, axis_up)) / mm_per_px;
    tail = pull_back ? at : moved;
    head = pull_back ? moved : at;
    length_mm = length(d);
    float reach = inside && length(head - tail) > 1.5 ? 4.0 * thick_px + 1.0 : 0.0;
    vec2 low = min(tail, head) - reach, high = max(tail, head) + reach;
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 place_px = reach > 0.0 ? mix(low, high, corner) : vec2(-9.0);
    vec2 unit = place_px / target;
    gl_Position = vec4(2.0 * unit.x - 1.0, 1.0 - 2.0 * unit.y, 0.0, 1.0);
}
