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

// Perceptually even maps; the stops are matplotlib's cividis, inferno and viridis at tenths.
const vec3 cividis[10] = vec3[10](
    vec3(0.000, 0.133, 0.306), vec3(0.071, 0.208, 0.439), vec3(0.231, 0.286, 0.424),
    vec3(0.341, 0.365, 0.427), vec3(0.439, 0.443, 0.451), vec3(0.541, 0.525, 0.471),
    vec3(0.647, 0.612, 0.455), vec3(0.765, 0.702, 0.412), vec3(0.882, 0.800, 0.333),
    vec3(0.996, 0.910, 0.220));
const vec3 inferno[10] = vec3[10](
    vec3(0.000, 0.000, 0.016), vec3(0.106, 0.047, 0.255), vec3(0.290, 0.047, 0.420),
    vec3(0.471, 0.110, 0.427), vec3(0.647, 0.173, 0.376), vec3(0.812, 0.267, 0.275),
    vec3(0.929, 0.412, 0.145), vec3(0.984, 0.608, 0.024), vec3(0.969, 0.820, 0.239),
    vec3(0.988, 1.000, 0.643));
const vec3 viridis[10] = vec3[10](
    vec3(0.267, 0.004, 0.329), vec3(0.282, 0.157, 0.471), vec3(0.243, 0.290, 0.537),
    vec3(0.192, 0.408, 0.557), vec3(0.149, 0.510, 0.557), vec3(0.122, 0.620, 0.537),
    vec3(0.208, 0.718, 0.475), vec3(0.427, 0.804, 0.349), vec3(0.706, 0.871, 0.173),
    vec3(0.992, 0.906, 0.145));

// map: LamColourMap; t within [0,1].
vec3 mapped(int map, float t)
{
    float at = clamp(t, 0.0, 1.0) * 9.0;
    int i = min(int(at), 8);
    float rest = at - float(i);
    if (map == 1)
        return mix(cividis[i], cividis[i + 1], rest);
    if (map == 2)
        return mix(inferno[i], inferno[i + 1], rest);
    if (map == 3)
        return mix(viridis[i], viridis[i + 1], rest);
    return vec3(clamp(t, 0.0, 1.0));
}
