"""GLSL. Pixels count from the top left corner of the frame; a texture's first row is the topmost."""

LENS = """
#version 330
uniform mat4 u_camera_from_world;
uniform vec4 u_lens;  // focal lengths and principal point in pixels, pixel centres at integers
uniform vec2 u_frame;  // width and height in pixels
const float NEAR = 0.05, FAR = 6000.0;

vec4 clip_of(vec3 p) {
    vec2 across = 2.0 * (u_lens.xy * p.xy + (u_lens.zw + 0.5) * p.z) / u_frame - p.z;
    return vec4(across, ((FAR + NEAR) * p.z - 2.0 * FAR * NEAR) / (FAR - NEAR), p.z);
}
"""

# How much of something at a depth shows through the splats: all before them, what they let through behind them.
# Splats are soft, so the change has a width.
SEEN = """
#version 330
uniform sampler2D u_splats;
uniform sampler2D u_depth;
uniform vec2 u_frame;
uniform float u_hidden;  // what is left of hidden things

float seen_at(float z) {
    vec2 at = gl_FragCoord.xy / u_frame;
    vec4 deep = texture(u_depth, at);
    float splats = deep.r / max(deep.a, 1e-6);
    float behind = smoothstep(0.0, 1.0, (z - splats * 1.02 - 0.06) / (0.03 * splats + 0.1));
    return mix(1.0, u_hidden, behind * texture(u_splats, at).a);
}
"""

BACKDROP_VERTEX = """
#version 330
in vec2 a_corner;
void main() { gl_Position = vec4(a_corner, 0.0, 1.0); }
"""

BACKDROP_FRAGMENT = """
#version 330
uniform sampler2D u_splats;
uniform sampler2D u_sky;
uniform float u_has_sky;
uniform vec3 u_low;
uniform vec3 u_high;
uniform mat3 u_world_from_camera;
uniform vec4 u_lens;
uniform vec2 u_frame;
out vec4 colour;

vec3 backdrop() {
    vec3 local = vec3((gl_FragCoord.xy - 0.5 - u_lens.zw) / u_lens.xy, 1.0);
    vec3 ray = normalize(u_world_from_camera * local);
    if (u_has_sky < 0.5)
        return mix(u_low, u_high, smoothstep(-0.05, 0.45, ray.z));
    float around = atan(ray.y, ray.x) / 6.28318530718;
    vec2 texels = vec2(textureSize(u_sky, 0));
    float down = clamp(acos(clamp(ray.z, -1.0, 1.0)) / 3.14159265359, 0.5 / texels.y, 1.0 - 0.5 / texels.y);
    return texture(u_sky, vec2(fract(around), down)).rgb;
}

void main() {
    vec4 splats = texture(u_splats, gl_FragCoord.xy / u_frame);
    colour = vec4(splats.a > 0.999 ? splats.rgb : splats.rgb + (1.0 - splats.a) * backdrop(), 1.0);
}
"""

LINE_VERTEX = (
    LENS
    + """
uniform float u_ratio;  // device pixels per pixel of a width
in vec2 a_corner;
in vec3 a_start;
in vec3 a_end;
in vec4 a_colour;
in float a_width;
out vec4 v_colour;
out float v_z;
noperspective out float v_side;
flat out float v_half;

vec2 pixel_of(vec3 p) { return u_lens.xy * p.xy / p.z + u_lens.zw + 0.5; }

void main() {
    vec3 start = (u_camera_from_world * vec4(a_start, 1.0)).xyz;
    vec3 end = (u_camera_from_world * vec4(a_end, 1.0)).xyz;
    v_colour = a_colour;
    v_half = max(0.5 * a_width * u_ratio, 0.5);
    v_side = a_corner.y * (v_half + 1.0);
    v_z = 1.0;
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    if (max(start.z, end.z) < NEAR)
        return;
    if (start.z < NEAR)
        start = mix(start, end, (NEAR - start.z) / (end.z - start.z));
    if (end.z < NEAR)
        end = mix(end, start, (NEAR - end.z) / (start.z - end.z));
    vec2 along = pixel_of(end) - pixel_of(start);
    along = length(along) > 1e-3 ? normalize(along) : vec2(1.0, 0.0);
    vec3 here = mix(start, end, a_corner.x);
    vec2 place = pixel_of(here) + vec2(-along.y, along.x) * v_side + along * (a_corner.x - 0.5) * v_half;
    vec4 clip = clip_of(here);
    gl_Position = vec4((2.0 * place / u_frame - 1.0) * clip.w, clip.zw);
    v_z = here.z;
}
"""
)

LINE_FRAGMENT = (
    SEEN
    + """
uniform float u_fade;  // metres beyond which nothing is drawn
in vec4 v_colour;
in float v_z;
noperspective in float v_side;
flat in float v_half;
out vec4 colour;

void main() {
    float cover = clamp(v_half + 0.5 - abs(v_side), 0.0, 1.0);
    float alpha = v_colour.a * cover * seen_at(v_z) * (1.0 - smoothstep(0.4 * u_fade, u_fade, v_z));
    if (alpha < 0.004)
        discard;
    colour = vec4(v_colour.rgb * alpha, alpha);
}
"""
)

POINT_VERTEX = (
    LENS
    + """
uniform float u_size;
in vec2 a_corner;
in vec3 a_place;
in vec4 a_colour;
out vec4 v_colour;
out float v_z;
noperspective out vec2 v_off;

void main() {
    vec3 here = (u_camera_from_world * vec4(a_place, 1.0)).xyz;
    v_colour = a_colour;
    v_z = here.z;
    v_off = a_corner * (0.5 * u_size + 0.5);
    vec4 clip = here.z < NEAR ? vec4(2.0, 2.0, 2.0, 1.0) : clip_of(here);
    gl_Position = vec4(clip.xy + 2.0 * v_off / u_frame * clip.w, clip.zw);
}
"""
)

POINT_FRAGMENT = (
    SEEN
    + """
uniform float u_size;
in vec4 v_colour;
in float v_z;
noperspective in vec2 v_off;
out vec4 colour;

void main() {
    float alpha = v_colour.a * clamp(0.5 * u_size + 0.5 - length(v_off), 0.0, 1.0) * seen_at(v_z);
    if (alpha < 0.02)
        discard;
    colour = vec4(v_colour.rgb * alpha, alpha);
}
"""
)

FACE_VERTEX = (
    LENS
    + """
in vec3 a_place;
in vec4 a_colour;
out vec4 v_colour;
out float v_z;

void main() {
    vec3 here = (u_camera_from_world * vec4(a_place, 1.0)).xyz;
    v_colour = a_colour;
    v_z = here.z;
    gl_Position = clip_of(here);
}
"""
)

FACE_FRAGMENT = (
    SEEN
    + """
in vec4 v_colour;
in float v_z;
out vec4 colour;

void main() {
    float alpha = v_colour.a * seen_at(v_z);
    colour = vec4(v_colour.rgb * alpha, alpha);
}
"""
)

# One splat is one quad along the axes of its ellipse, as far out as its opacity is at least 1/255. The projection
# is that of `core.splats.rasteriser`: the Jacobian of the pinhole at the mean (EWA splatting, Zwicker et al., 2001).
SPLAT_VERTEX = (
    LENS
    + """
uniform sampler2D u_geometry;  // three texels a splat: mean and node; xx, xy, xz, yy; yz, zz, opacity, middle of life
uniform sampler2D u_colours;  // RGB and length of the life
uniform sampler2D u_nodes;  // a row each: three rows of world_from_node, tint; a tint below zero hides
uniform sampler2D u_ramp;
uniform vec4 u_bounds;  // left, right, top, bottom of directions between which a shape changes
uniform float u_scale;
uniform float u_t;
uniform float u_by_depth;
uniform vec2 u_clear;  // distances in sizes of a splat between which it comes to be seen; 0 and 0 for all
in vec2 a_corner;
in float a_index;
out vec3 v_colour;
out float v_opacity;
out float v_z;
noperspective out vec2 v_off;

void main() {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    int index = int(a_index + 0.5), across = textureSize(u_geometry, 0).x / 3;
    ivec2 at = ivec2(index % across * 3, index / across);
    vec4 first = texelFetch(u_geometry, at, 0);
    vec4 second = texelFetch(u_geometry, at + ivec2(1, 0), 0);
    vec4 third = texelFetch(u_geometry, at + ivec2(2, 0), 0);
    int colours = textureSize(u_colours, 0).x;
    vec4 own = texelFetch(u_colours, ivec2(index % colours, index / colours), 0);
    int node = int(first.w + 0.5);
    vec4 tint = texelFetch(u_nodes, ivec2(3, node), 0);
    float away = (u_t - third.w) / max(own.w, 1e-3);
    float opacity = third.z * exp(-0.5 * away * away);
    v_opacity = opacity;
    v_z = 1.0;
    v_off = vec2(0.0);
    v_colour = own.rgb;
    if (tint.w < 0.0)
        return;
    mat4 world_from_node = transpose(mat4(
        texelFetch(u_nodes, ivec2(0, node), 0), texelFetch(u_nodes, ivec2(1, node), 0),
        texelFetch(u_nodes, ivec2(2, node), 0), vec4(0.0, 0.0, 0.0, 1.0)));
    mat4 camera_from_node = u_camera_from_world * world_from_node;
    vec3 mean = (camera_from_node * vec4(first.xyz, 1.0)).xyz;
    v_z = mean.z;
    float sizes = length(mean) / max(u_scale * sqrt(second.x + second.w + third.y), 1e-9);
    opacity *= u_clear.y > 0.0 ? clamp((sizes - u_clear.x) / (u_clear.y - u_clear.x), 0.0, 1.0) : 1.0;
    v_opacity = opacity;
    if (mean.z < 0.01 || opacity < 1.0 / 255.0)
        return;
    mat3 turn = mat3(camera_from_node);
    mat3 spread = mat3(second.x, second.y, second.z, second.y, second.w, third.x, second.z, third.x, third.y);
    spread = turn * spread * transpose(turn) * u_scale * u_scale;
    vec2 ray = clamp(mean.xy / mean.z, u_bounds.xz, u_bounds.yw);
    vec3 to_x = vec3(1.0, 0.0, -ray.x) * u_lens.x / mean.z, to_y = vec3(0.0, 1.0, -ray.y) * u_lens.y / mean.z;
    float xx = dot(to_x, spread * to_x) + 0.3, yy = dot(to_y, spread * to_y) + 0.3, xy = dot(to_x, spread * to_y);
    float middle = 0.5 * (xx + yy), apart = sqrt(max(0.25 * (xx - yy) * (xx - yy) + xy * xy, 1e-12));
    float longest = middle + apart, shortest = max(middle - apart, 0.01);
    vec2 axis = abs(xy) > 1e-6 * longest ? normalize(vec2(longest - yy, xy))
        : (xx >= yy ? vec2(1.0, 0.0) : vec2(0.0, 1.0));
    float reach = sqrt(2.0 * log(min(opacity, 1.0) * 255.0));
    v_off = a_corner * reach;
    vec2 off = axis * v_off.x * sqrt(longest) + vec2(-axis.y, axis.x) * v_off.y * sqrt(shortest);
    float fraction = log(max(mean.z, 1e-3) / 2.0) / log(75.0);
    vec3 by_depth = texture(u_ramp, vec2(clamp(fraction, 0.002, 0.998), 0.5)).rgb;
    v_colour = mix(u_by_depth > 0.5 ? by_depth : own.rgb, tint.rgb, tint.w);
    vec4 clip = clip_of(mean);
    gl_Position = vec4(clip.xy + 2.0 * off / u_frame * clip.w, 0.0, clip.w);
}
"""
)

SPLAT_FRAGMENT = """
#version 330
uniform float u_deep;  // whether depths are drawn, not colours
in vec3 v_colour;
in float v_opacity;
in float v_z;
noperspective in vec2 v_off;
out vec4 colour;

void main() {
    float alpha = min(v_opacity * exp(-0.5 * dot(v_off, v_off)), 0.999);
    if (alpha < 1.0 / 255.0)
        discard;
    colour = vec4((u_deep > 0.5 ? vec3(v_z) : v_colour) * alpha, alpha);
}
"""
