// A strip along curves, in pixels, y down.
layout(location = 0) in vec2 corner;
layout(location = 1) in vec3 place; // across, along, length in mm: as LamStreamVertex
uniform vec2 target;                // framebuffer size in pixels

out vec3 within;

void main()
{
    vec2 at = corner / target;
    within = place;
    gl_Position = vec4(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, 0.0, 1.0);
}
