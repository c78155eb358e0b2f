/* A disk that fails once: the operation of number AGENTS_DISK_AT on a file of a store, and as many after it as
 * AGENTS_DISK_FOR says, in the way that AGENTS_DISK_HOW names. Loaded before the C library, in tests alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum how { NOTHING, FULL, BROKEN, SHORT, KILLED_BEFORE, KILLED_WITHIN, KILLED_AFTER };

static long operations;

static enum how how_it_fails(void) {
    static const char *const names[] = {"",       "full",          "broken",       "short",
                                        "killed before", "killed within", "killed after"};
    const char *how = getenv("AGENTS_DISK_HOW");
    for (int at = FULL; how && at <= KILLED_AFTER; at++)
        if (strcmp(how, names[at]) == 0) return at;
    return NOTHING;
}

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

/* What happens to this operation on a file of that name. */
static enum how strikes(const char *path) {
    if (!path || !strstr(path, "store.db")) return NOTHING;
    long at = number("AGENTS_DISK_AT", -1), now = ++operations;
    if (at < 0 || now < at || now >= at + number("AGENTS_DISK_FOR", 1)) return NOTHING;
    static const char said[] = "the disk strikes\n";
    if (syscall(SYS_write, 2, said, sizeof said - 1) < 0) abort();
    return how_it_fails();
}

static enum how strikes_file(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NOTHING;
    path[length] = 0;
    return strikes(path);
}

static void die(void) { kill(getpid(), SIGKILL); pause(); }

/* Before the operation: whether it is refused; kills where that is asked for. */
static int refused(enum how how) {
    if (how == KILLED_BEFORE || how == KILLED_WITHIN) die();
    if (how == FULL || how == SHORT) { errno = ENOSPC; return 1; }
    if (how == BROKEN) { errno = EIO; return 1; }
    return 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t writes(ssize_t (*next)(int, const void *, size_t), int fd, const void *bytes, size_t length) {
    enum how how = strikes_file(fd);
    if ((how == SHORT || how == KILLED_WITHIN) && length > 1) {
        ssize_t written = next(fd, bytes, length / 2);
        if (how == KILLED_WITHIN) die();
        return written;
    }
    if (refused(how)) return -1;
    ssize_t written = next(fd, bytes, length);
    if (how == KILLED_AFTER) die();
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) { return writes(NEXT(write), fd, bytes, length); }

static ssize_t writes_at(ssize_t (*next)(int, const void *, size_t, off64_t), int fd, const void *bytes,
                         size_t length, off64_t at) {
    enum how how = strikes_file(fd);
    if ((how == SHORT || how == KILLED_WITHIN) && length > 1) {
        ssize_t written = next(fd, bytes, length / 2, at);
        if (how == KILLED_WITHIN) die();
        return written;
    }
    if (refused(how)) return -1;
    ssize_t written = next(fd, bytes, length, at);
    if (how == KILLED_AFTER) die();
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return writes_at((ssize_t (*)(int, const void *, size_t, off64_t))NEXT(pwrite), fd, bytes, length, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    return writes_at(NEXT(pwrite64), fd, bytes, length, at);
}

#define ON_FILE(name, type, ...)                        \
    {                                                   \
        enum how how = strikes_file(fd);                \
        if (refused(how)) return -1;                    \
        int done = ((type)dlsym(RTLD_NEXT, name))(__VA_ARGS__); \
        if (how == KILLED_AFTER) die();                 \
        return done;                                    \
    }

int fsync(int fd) ON_FILE("fsync", int (*)(int), fd)
int fdatasync(int fd) ON_FILE("fdatasync", int (*)(int), fd)
int ftruncate(int fd, off_t length) ON_FILE("ftruncate", int (*)(int, off_t), fd, length)
int ftruncate64(int fd, off64_t length) ON_FILE("ftruncate64", int (*)(int, off64_t), fd, length)

#define ON_PATH(name, type, ...)                        \
    {                                                   \
        enum how how = strikes(path);                   \
        if (refused(how)) return -1;                    \
        int done = ((type)dlsym(RTLD_NEXT, name))(__VA_ARGS__); \
        if (how == KILLED_AFTER) die();                 \
        return done;                                    \
    }

int unlink(const char *path) ON_PATH("unlink", int (*)(const char *), path)
int link(const char *path, const char *to) ON_PATH("link", int (*)(const char *, const char *), path, to)
int linkat(int from, const char *path, int folder, const char *to, int flags)
    ON_PATH("linkat", int (*)(int, const char *, int, const char *, int), from, path, folder, to, flags)

static mode_t mode_of(int flags, va_list more) { return flags & O_CREAT ? va_arg(more, mode_t) : 0; }

/* Only those count that make a file: a full disk opens what is there. */
#define OPENS(name)                                                               \
    int name(const char *path, int flags, ...) {                                  \
        va_list more;                                                             \
        va_start(more, flags);                                                    \
        mode_t mode = mode_of(flags, more);                                       \
        va_end(more);                                                             \
        enum how how = flags & O_CREAT && access(path, F_OK) ? strikes(path) : NOTHING; \
        if (refused(how)) return -1;                                              \
        int fd = ((int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, #name))(path, flags, mode); \
        if (how == KILLED_AFTER) die();                                           \
        return fd;                                                                \
    }

OPENS(open)
OPENS(open64)
