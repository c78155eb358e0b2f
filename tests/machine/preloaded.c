/* A machine whose clock was set, or that starts no process and no thread any more: the files `clock` (seconds that the wall clock
 * is ahead) and `full` in the folder AGENTS_MACHINE say so, and can come and go. Loaded before the C library, in tests alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *file(const char *name, char *path, size_t size) {
    const char *folder = getenv("AGENTS_MACHINE");
    if (!folder) return NULL;
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Seconds that the wall clock is ahead. */
static long ahead(void) {
    char path[4096], text[32] = "";
    if (!file("clock", path, sizeof path)) return 0;
    int before = errno, fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (syscall(SYS_read, fd, text, sizeof text - 1) < 0) text[0] = 0;
        syscall(SYS_close, fd);
    }
    errno = before;
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (failed) return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += ahead();
    return 0;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

/* Whether there is room for one more process or thread; notes down when there was none. */
static int has_room(const char *what) {
    char path[4096];
    if (!file("full", path, sizeof path) || access(path, F_OK)) return 1;
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) {
        if (write(fd, what, strlen(what)) < 0) abort();
        close(fd);
    }
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

pid_t fork(void) {
    if (has_room("process\n")) return REAL(fork)();
    errno = EAGAIN;
    return -1;
}

pid_t vfork(void) {
    /* A function cannot stand around a vfork, whose child would return from it. */
    return fork();
}

#define SPAWN(name) \
    int name(pid_t *pid, const char *program, const posix_spawn_file_actions_t *files, \
             const posix_spawnattr_t *how, char *const argv[], char *const environment[]) { \
        if (!has_room("process\n")) return EAGAIN; \
        return REAL(name)(pid, program, files, how, argv, environment); \
    }

SPAWN(posix_spawn)
SPAWN(posix_spawnp)


int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*begin)(void *), void *with) {
    if (!has_room("thread\n")) return EAGAIN;
    return REAL(pthread_create)(thread, how, begin, with);
}
