// A view's rectangle, y down, and where its corners lie: in mm, in the scan and in the field. All of these are
// linear within it. Uniforms: as in slice.frag; origin: fixed world point of pixel position (0,0), top left.
uniform vec4 rect;   // x, y, width, height
uniform vec2 target; // width, height of the framebuffer
uniform vec3 origin, step_x, step_y;
uniform mat4 scan_from_world, field_from_world;

out vec3 place;      // fixed world, mm
out vec3 scan_at, field_at; // texture coordinates, before anything is carried

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1), pixel = rect.xy + corner * rect.zw;
    vec2 at = pixel / target;
    place = origin + pixel.x * step_x + pixel.y * step_y;
    scan_at = (scan_from_world * vec4(place, 1.0)).xyz;
    field_at = (field_from_world * vec4(place, 1.0)).xyz;
    gl_Position = vec4(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, 0.0, 1.0);
}
