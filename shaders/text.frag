// A line of text: red = coverage of the letters, alpha = letters and their dark halo (premultiplied).
uniform vec2 target;
uniform vec4 rect;
uniform sampler2D text;
uniform vec4 tint;

out vec4 colour;

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y) - rect.xy;
    vec4 ink = texelFetch(text, ivec2(at), 0);
    colour = vec4(tint.rgb * ink.r, ink.a) * tint.a;
}
