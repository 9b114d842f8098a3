// A rectangle given in pixels, y down; no buffers needed.
uniform vec4 rect;   // x, y, width, height
uniform vec2 target; // width, height of the framebuffer

void main()
{
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 at = (rect.xy + corner * rect.zw) / target;
    gl_Position = vec4(2.0 * at.x - 1.0, 1.0 - 2.0 * at.y, 0.0, 1.0);
}
