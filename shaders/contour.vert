// Rectangles given in pixels, y down, as two triangles each, and where their corners lie in the label map.
// CARRIED, voxel_from_world ... as in contour.frag.
layout(location = 0) in vec2 corner;
uniform vec2 target;                 // framebuffer size in pixels
uniform vec3 origin, step_x, step_y; // as in slice.frag
uniform mat4 voxel_from_world, field_from_world;

out vec3 voxel, field_at;

void main()
{
    vec4 x = vec4(origin + corner.x * step_x + corner.y * step_y, 1.0);
    vec2 at = corner / target;
    voxel = (voxel_from_world * x).xyz;
    field_at = CARRIED ? (field_from_world * x).xyz : vec3(0.0);
    gl_Position = vec4(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, 0.0, 1.0);
}
