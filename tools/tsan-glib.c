/* Tells ThreadSanitizer of GLib's locks. GLib is not built with it and locks by system calls of its own,
 * so that everything a GMutex protects would look like a race. Preloaded by tools/sanitize.sh; without
 * ThreadSanitizer in the process it does nothing. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

static void acquired(void *lock)
{
    if (__tsan_acquire)
        __tsan_acquire(lock);
}

static void releasing(void *lock)
{
    if (__tsan_release)
        __tsan_release(lock);
}

/* Looked up once per function; the first calls may do it twice, with the same result. */
#define REAL(type, name)                                                                           \
    static type real;                                                                              \
    if (real == NULL)                                                                              \
    real = (type)dlsym(RTLD_NEXT, name)

typedef void (*LockFunction)(GMutex *);
typedef void (*WaitFunction)(GCond *, GMutex *);
typedef gboolean (*WaitUntilFunction)(GCond *, GMutex *, gint64);

void g_mutex_lock(GMutex *mutex)
{
    REAL(LockFunction, "g_mutex_lock");
    real(mutex);
    acquired(mutex);
}

void g_mutex_unlock(GMutex *mutex)
{
    REAL(LockFunction, "g_mutex_unlock");
    releasing(mutex);
    real(mutex);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(WaitFunction, "g_cond_wait");
    releasing(mutex);
    real(cond, mutex);
    acquired(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    REAL(WaitUntilFunction, "g_cond_wait_until");
    releasing(mutex);
    gboolean in_time = real(cond, mutex, end_time);
    acquired(mutex);
    return in_time;
}
