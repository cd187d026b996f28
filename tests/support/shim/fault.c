/* Counts the calls of a process that change files, and makes one of them go wrong.
 *
 * Preloaded (LD_PRELOAD) into a program under test; tests/support/shim.rs compiles it and reads its log. A call counts
 * when it writes to, syncs or cuts a regular file, syncs a folder, or links, renames or removes a name; pipes, sockets,
 * terminals, stdout and stderr do not. Three counters begin at 1: all calls, those that write, those that sync. What the environment asks for:
 *
 *   FAULT_LOG=FILE   append a line a call: number, family, name, path, and `fault` when something was done to it
 *   FAULT_KILL=i     SIGKILL at the i-th call; FAULT_WHEN=before (else) | half (of the bytes are written) | after it
 *   FAULT_ENOSPC=i   from the i-th call that writes on, each of those fails with ENOSPC
 *   FAULT_EIO=i      the i-th call that syncs fails with EIO, without syncing
 *   FAULT_STOP=i     SIGSTOP before the i-th call, which is made once somebody sends SIGCONT
 *   FAULT_STOP_TEXT=TEXT  SIGSTOP as soon as one call wrote TEXT to stdout
 *
 * The variables are removed at the start, so that programs which this one starts run undisturbed. The real calls are
 * made by number: no call here can reach a wrapper again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum family { NAME, WRITE, SYNC };
enum when { BEFORE, HALF, AFTER };

static atomic_long calls, writes, syncs;
static long kill_at, no_space_from, io_error_at, stop_at;
static char *stop_text;
static enum when kill_when = BEFORE;
static int log_fd = -1;

static long take(const char *variable) {
    const char *text = getenv(variable);
    long value = text ? atol(text) : 0;
    unsetenv(variable);
    return value;
}

__attribute__((constructor)) static void begin(void) {
    const char *when = getenv("FAULT_WHEN"), *log = getenv("FAULT_LOG"), *text = getenv("FAULT_STOP_TEXT");
    if (when && !strcmp(when, "half")) kill_when = HALF;
    if (when && !strcmp(when, "after")) kill_when = AFTER;
    if (log) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    kill_at = take("FAULT_KILL");
    no_space_from = take("FAULT_ENOSPC");
    io_error_at = take("FAULT_EIO");
    stop_at = take("FAULT_STOP");
    if (text) stop_text = strdup(text);
    unsetenv("FAULT_STOP_TEXT");
    unsetenv("FAULT_WHEN");
    unsetenv("FAULT_LOG");
    unsetenv("LD_PRELOAD");
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Sent to this thread, so that it does nothing more before SIGCONT; the others stop with it. */
static void stop(void) { syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSTOP); }

static int is_file(int fd) {
    struct stat found;
    int error = errno, answer = fd > STDERR_FILENO && fd != log_fd && !fstat(fd, &found) && S_ISREG(found.st_mode);
    errno = error;
    return answer;
}

/* What is to be done about one call. */
struct plan { int fails_with; int dies; int stops; };

static struct plan enter(enum family family, const char *name, int fd, const char *path) {
    static const char letters[] = "nws";
    struct plan plan = {0, 0, 0};
    char link[32], found[PATH_MAX + 1], line[PATH_MAX + 100];
    int error = errno;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (family == WRITE) {
        long n = atomic_fetch_add(&writes, 1) + 1;
        if (no_space_from && n >= no_space_from) plan.fails_with = ENOSPC;
    } else if (family == SYNC) {
        long n = atomic_fetch_add(&syncs, 1) + 1;
        if (n == io_error_at) plan.fails_with = EIO;
    }
    plan.dies = number == kill_at;
    plan.stops = number == stop_at;
    if (log_fd >= 0) {
        if (!path) {
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, found, PATH_MAX);
            found[length > 0 ? length : 0] = 0;
            path = found;
        }
        const char *mark = plan.dies || plan.stops || plan.fails_with ? "fault" : "";
        int length = snprintf(line, sizeof line, "%ld\t%c\t%s\t%s\t%s\n", number, letters[family], name, path, mark);
        if (length > 0) syscall(SYS_write, log_fd, line, (size_t)length);
    }
    if (plan.dies && kill_when == BEFORE) die();
    if (plan.stops) stop();
    errno = error;
    return plan;
}

/* The end of a call: dies after it when that was asked for. */
static long leave(struct plan plan, long result) {
    if (plan.dies) die();
    return result;
}

/* Plans the call; returns from the wrapper when it is to fail. */
#define ENTER(family, name, fd, path)                                                                                  \
    struct plan plan = enter(family, name, fd, path);                                                                  \
    if (plan.fails_with) {                                                                                             \
        errno = plan.fails_with;                                                                                       \
        return -1;                                                                                                     \
    }

/* With FAULT_WHEN=half: how much of the bytes still reaches the file. */
static size_t part(struct plan plan, size_t size) { return plan.dies && kill_when == HALF ? size / 2 : size; }

ssize_t write(int fd, const void *bytes, size_t size) {
    if (!is_file(fd)) {
        long result = syscall(SYS_write, fd, bytes, size);
        int error = errno;
        if (stop_text && fd == STDOUT_FILENO && memmem(bytes, size, stop_text, strlen(stop_text))) stop();
        errno = error;
        return result;
    }
    ENTER(WRITE, "write", fd, NULL)
    return leave(plan, syscall(SYS_write, fd, bytes, part(plan, size)));
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    if (!is_file(fd)) return syscall(SYS_pwrite64, fd, bytes, size, at);
    ENTER(WRITE, "pwrite", fd, NULL)
    return leave(plan, syscall(SYS_pwrite64, fd, bytes, part(plan, size), at));
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!is_file(fd)) return syscall(SYS_writev, fd, parts, count);
    ENTER(WRITE, "writev", fd, NULL)
    return leave(plan, syscall(SYS_writev, fd, parts, count));
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
    if (!is_file(to)) return syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags);
    ENTER(WRITE, "copy_file_range", to, NULL)
    return leave(plan, syscall(SYS_copy_file_range, from, from_at, to, to_at, part(plan, size), flags));
}

int fsync(int fd) {
    if (!is_file(fd)) {
        /* The folder of a file: its entries are synced, which is part of a rename or a removal. */
        struct stat found;
        if (fstat(fd, &found) || !S_ISDIR(found.st_mode)) return (int)syscall(SYS_fsync, fd);
    }
    ENTER(SYNC, "fsync", fd, NULL)
    return (int)leave(plan, syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
    if (!is_file(fd)) return (int)syscall(SYS_fdatasync, fd);
    ENTER(SYNC, "fdatasync", fd, NULL)
    return (int)leave(plan, syscall(SYS_fdatasync, fd));
}

int ftruncate64(int fd, off64_t size) {
    if (!is_file(fd)) return (int)syscall(SYS_ftruncate, fd, size);
    ENTER(NAME, "ftruncate", fd, NULL)
    return (int)leave(plan, syscall(SYS_ftruncate, fd, size));
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
    ENTER(NAME, "rename", -1, to)
    return (int)leave(plan, syscall(SYS_renameat2, from_dir, from, to_dir, to, flags));
}

int renameat(int from_dir, const char *from, int to_dir, const char *to) {
    return renameat2(from_dir, from, to_dir, to, 0);
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int dir, const char *path, int flags) {
    ENTER(NAME, "unlink", -1, path)
    return (int)leave(plan, syscall(SYS_unlinkat, dir, path, flags));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    ENTER(NAME, "link", -1, to)
    return (int)leave(plan, syscall(SYS_linkat, from_dir, from, to_dir, to, flags));
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
