// Goes before every shader. Local volume change |J|: magenta and green differ in brightness and for
// every kind of colour vision; neutral where nothing changes; amber where the field folds.
const vec3 neutral = vec3(0.78, 0.82, 0.86);
const vec3 shrunk = vec3(0.96, 0.30, 0.80);
const vec3 grown = vec3(0.36, 0.86, 0.34);
const vec3 folded = vec3(1.00, 0.76, 0.10);

// octaves: log2 |J|, shown between -1 and 1.
vec3 volume_change_colour(float octaves)
{
    float share = clamp(octaves, -1.0, 1.0);
    return mix(neutral, share < 0.0 ? shrunk : grown, sqrt(abs(share)));
}
