// Flat and round shapes, antialiased by their distance in pixels.
uniform vec2 target;
uniform int kind;     // 0 rectangle, 1 capsule from a to b, 2 ring about a, 3 |J| colour bar, 4 + n bar of map n
uniform vec2 a, b;
uniform float radius; // half the width of a capsule; the radius of a ring
uniform float width;  // of a ring's line
uniform vec4 rect;
uniform vec4 tint;

out vec4 colour;

float capsule(vec2 at)
{
    vec2 along = b - a;
    float share = clamp(dot(at - a, along) / max(dot(along, along), 1e-6), 0.0, 1.0);
    return length(at - a - share * along) - radius;
}

void main()
{
    vec2 at = vec2(gl_FragCoord.x, target.y - gl_FragCoord.y);
    float cover = 1.0;
    vec3 paint = tint.rgb;
    if (kind == 1)
        cover = clamp(0.5 - capsule(at), 0.0, 1.0);
    else if (kind == 2)
        cover = clamp(0.5 - (abs(length(at - a) - radius) - 0.5 * width), 0.0, 1.0);
    else if (kind == 3)
        paint = volume_change_colour(2.0 * (at.x - rect.x) / rect.z - 1.0);
    else if (kind >= 4)
        paint = mapped(kind - 4, (at.x - rect.x) / rect.z);
    colour = vec4(paint, 1.0) * (cover * tint.a);
}
