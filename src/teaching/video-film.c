/* GIF and WebM: pictures through FFmpeg's encoder and muxer into memory, then into the file at once. */
#include "video-palette.h"
#include "video-private.h"

#include <lambdascope/error.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <string.h>

#define LOOKED_AT  8    /* pictures in which a GIF's colours are found */
#define QUALITY    "24" /* of VP9: letters and thin lines without fringes */
#define TIME_STEPS 1000 /* per second */

typedef struct {
    const LamVideoJob *job;
    bool gif;
    int width, height;
    AVCodecContext *encoder;
    AVFormatContext *muxer;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *picture; /* RGBA */
    AVFrame *ready;   /* as the encoder takes it */
    struct SwsContext *convert;
    LamPalette palette;
} Film;

/* False, with an error, if `told` is one of FFmpeg's. */
static bool accept(const Film *film, int told, const char *what, GError **error)
{
    char why[AV_ERROR_MAX_STRING_SIZE];
    if (told >= 0)
        return true;
    av_strerror(told, why, sizeof why);
    g_autofree char *text = g_strdup_printf("%s: %s", what, why);
    return lam_video_fail(film->job, text, error);
}

static bool new_frame(const Film *film, AVFrame **frame, enum AVPixelFormat format, GError **error)
{
    *frame = av_frame_alloc();
    if (!*frame)
        return accept(film, AVERROR(ENOMEM), "memory", error);
    (*frame)->format = format;
    (*frame)->width = film->width;
    (*frame)->height = film->height;
    return accept(film, av_frame_get_buffer(*frame, 0), "memory", error);
}

static bool draw(Film *film, int frame, GError **error)
{
    const LamVideo *video = film->job->video;
    const uint8_t *rgba = lam_video_draw(film->job, frame, error);
    if (!rgba || !accept(film, av_frame_make_writable(film->picture), "memory", error))
        return false;
    for (int y = 0; y < film->height; y++)
        memcpy(film->picture->data[0] + (size_t)y * (size_t)film->picture->linesize[0],
               rgba + (size_t)y * (size_t)video->width * 4, (size_t)film->width * 4);
    film->picture->pts = frame; /* of filters; only the order matters there */
    return true;
}

/* ---- a GIF's colours ---- */

static bool look_at_pictures(Film *film, GError **error)
{
    int frames = film->job->video->frames, looked_at = MIN(frames, LOOKED_AT);
    for (int i = 0; i < looked_at; i++) {
        int frame = looked_at > 1 ? (frames - 1) * i / (looked_at - 1) : 0;
        if (!draw(film, frame, error) ||
            !accept(film, lam_palette_look(&film->palette, film->picture), "colours", error))
            return false;
    }
    return true;
}

static bool find_colours(Film *film, GError **error)
{
    AVFrame *colours = av_frame_alloc();
    bool ok = colours &&
              accept(film, lam_palette_open_search(&film->palette, film->width, film->height),
                     "colours", error) &&
              look_at_pictures(film, error) &&
              accept(film, lam_palette_found(&film->palette, colours), "colours", error);
    lam_palette_close(&film->palette);
    ok =
        ok && accept(film, lam_palette_open_use(&film->palette, film->width, film->height, colours),
                     "colours", error);
    av_frame_free(&colours);
    return ok;
}

/* ---- encoder and muxer ---- */

static const AVCodec *find_encoder(const Film *film, GError **error)
{
    const AVCodec *codec = film->gif ? avcodec_find_encoder(AV_CODEC_ID_GIF)
                                     : avcodec_find_encoder_by_name("libvpx-vp9");
    if (!codec)
        lam_video_fail(film->job, "this FFmpeg has no encoder for it", error);
    return codec;
}

static bool open_encoder(Film *film, GError **error)
{
    const AVCodec *codec = find_encoder(film, error);
    film->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!film->encoder)
        return codec ? accept(film, AVERROR(ENOMEM), "memory", error) : false;
    AVCodecContext *encoder = film->encoder;
    encoder->width = film->width;
    encoder->height = film->height;
    encoder->pix_fmt = film->gif ? AV_PIX_FMT_PAL8 : AV_PIX_FMT_YUV420P;
    encoder->time_base = (AVRational){1, film->gif ? 100 : TIME_STEPS};
    if (film->muxer->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (!film->gif) {
        encoder->colorspace = AVCOL_SPC_SMPTE170M; /* as sws_getContext converts */
        encoder->color_range = AVCOL_RANGE_MPEG;
        av_opt_set(encoder->priv_data, "crf", QUALITY, 0);
        av_opt_set(encoder->priv_data, "deadline", "good", 0);
        av_opt_set(encoder->priv_data, "cpu-used", "4", 0);
    }
    return accept(film, avcodec_open2(encoder, codec, NULL), "encoder", error);
}

static bool open_muxer(Film *film, GError **error)
{
    AVDictionary *options = NULL;
    film->stream = avformat_new_stream(film->muxer, NULL);
    if (!film->stream)
        return accept(film, AVERROR(ENOMEM), "memory", error);
    film->stream->time_base = film->encoder->time_base;
    int told = avcodec_parameters_from_context(film->stream->codecpar, film->encoder);
    if (told >= 0)
        told = avio_open_dyn_buf(&film->muxer->pb);
    if (told >= 0 && film->gif)
        av_dict_set(&options, "loop", "0", 0);
    if (told >= 0)
        told = avformat_write_header(film->muxer, &options);
    av_dict_free(&options);
    return accept(film, told, "header", error);
}

static bool open_converter(Film *film, GError **error)
{
    film->convert = sws_getContext(film->width, film->height, AV_PIX_FMT_RGBA, film->width,
                                   film->height, AV_PIX_FMT_YUV420P, SWS_BICUBIC, NULL, NULL, NULL);
    return (film->convert || lam_video_fail(film->job, "cannot convert colours", error)) &&
           new_frame(film, &film->ready, AV_PIX_FMT_YUV420P, error);
}

static bool open_film(Film *film, GError **error)
{
    av_log_set_level(AV_LOG_ERROR);
    film->packet = av_packet_alloc();
    int told = avformat_alloc_output_context2(&film->muxer, NULL, film->gif ? "gif" : "webm", NULL);
    if (!film->packet || !accept(film, told, "container", error))
        return false;
    if (!open_encoder(film, error) || !open_muxer(film, error) ||
        !new_frame(film, &film->picture, AV_PIX_FMT_RGBA, error))
        return false;
    return film->gif ? find_colours(film, error) : open_converter(film, error);
}

/* ---- pictures ---- */

static bool write_packets(Film *film, GError **error)
{
    int told;
    while ((told = avcodec_receive_packet(film->encoder, film->packet)) >= 0) {
        av_packet_rescale_ts(film->packet, film->encoder->time_base, film->stream->time_base);
        film->packet->stream_index = film->stream->index;
        told = av_interleaved_write_frame(film->muxer, film->packet);
        if (!accept(film, told, "container", error))
            return false;
    }
    return told == AVERROR(EAGAIN) || told == AVERROR_EOF || accept(film, told, "encoder", error);
}

/* Into the form of the encoder. */
static bool convert(Film *film, GError **error)
{
    if (film->gif) {
        if (!film->ready)
            film->ready = av_frame_alloc();
        else
            av_frame_unref(film->ready);
        return accept(film, lam_palette_use(&film->palette, film->picture, film->ready), "colours",
                      error);
    }
    int told = av_frame_make_writable(film->ready);
    if (told >= 0)
        told = sws_scale(film->convert, (const uint8_t *const *)film->picture->data,
                         film->picture->linesize, 0, film->height, film->ready->data,
                         film->ready->linesize);
    return accept(film, told, "conversion", error);
}

static bool write_pictures(Film *film, GError **error)
{
    const LamVideo *video = film->job->video;
    for (int i = 0; i < video->frames; i++) {
        if (!draw(film, i, error) || !convert(film, error))
            return false;
        film->ready->pts = llround(i / video->frames_per_second / av_q2d(film->encoder->time_base));
        film->ready->pict_type = AV_PICTURE_TYPE_NONE;
        if (!accept(film, avcodec_send_frame(film->encoder, film->ready), "encoder", error) ||
            !write_packets(film, error))
            return false;
        lam_progress_report(film->job->progress, (i + 1.0) / video->frames, NULL);
    }
    return accept(film, avcodec_send_frame(film->encoder, NULL), "encoder", error) &&
           write_packets(film, error) &&
           accept(film, av_write_trailer(film->muxer), "container", error);
}

static bool store(Film *film, GError **error)
{
    g_autoptr(GError) cause = NULL;
    uint8_t *bytes = NULL;
    int n = avio_close_dyn_buf(film->muxer->pb, &bytes);
    film->muxer->pb = NULL;
    bool ok = g_file_set_contents_full(film->job->path, (const char *)bytes, n,
                                       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                       0644, &cause);
    av_free(bytes);
    return ok || lam_video_fail(film->job, cause->message, error);
}

static void close_film(Film *film)
{
    uint8_t *bytes = NULL;
    if (film->muxer && film->muxer->pb) {
        avio_close_dyn_buf(film->muxer->pb, &bytes);
        av_free(bytes);
    }
    lam_palette_close(&film->palette);
    sws_freeContext(film->convert);
    av_frame_free(&film->picture);
    av_frame_free(&film->ready);
    av_packet_free(&film->packet);
    avcodec_free_context(&film->encoder);
    avformat_free_context(film->muxer);
}

bool lam_video_save_film(const LamVideoJob *job, LamVideoFormat format, GError **error)
{
    bool gif = format == LAM_VIDEO_GIF;
    int even = gif ? ~0 : ~1; /* VP9 has colours for two by two pixels */
    Film film = {.job = job,
                 .gif = gif,
                 .width = job->video->width & even,
                 .height = job->video->height & even};
    bool ok = open_film(&film, error) && write_pictures(&film, error) && store(&film, error);
    close_film(&film);
    return ok;
}
