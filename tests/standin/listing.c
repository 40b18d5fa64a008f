/* What a rootkit in the kernel does to whoever asks: usage `listing list|all|clock|calls PID PROGRAM ARGUMENT...`. Runs the program
   under trace and takes the name PID out of every listing that the kernel gives it; with `all`, every path that begins
   with PID is not there either; with `clock`, its CPU clock does not answer as well; with `calls`, no call knows it. A stand-in for the tests of the search for what hides. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__x86_64__)
#error "the registers of other machines have other names"
#endif

struct entry {
    unsigned long long inode, next;
    unsigned short length;
    unsigned char type;
    char name[];
};

static const char *hidden;
static char listing[1 << 20], kept[1 << 20];

static void leave_out(pid_t thread, struct user_regs_struct *regs)
{
    long size = (long)regs->rax, at = 0, to = 0;
    struct iovec ours = {listing, size}, theirs = {(void *)regs->rsi, size};
    if (size <= 0 || size > (long)sizeof listing
        || process_vm_readv(thread, &ours, 1, &theirs, 1, 0) != size)
        return;
    while (at < size) {
        struct entry *entry = (struct entry *)(listing + at);
        if (strcmp(entry->name, hidden) != 0) {
            memcpy(kept + to, entry, entry->length);
            to += entry->length;
        }
        at += entry->length;
    }
    if (to == size)
        return;
    ours.iov_base = kept;
    ours.iov_len = theirs.iov_len = to;
    if (to > 0 && process_vm_writev(thread, &ours, 1, &theirs, 1, 0) != to)
        return;
    regs->rax = to;
    ptrace(PTRACE_SETREGS, thread, 0, regs);
}

static int names_hidden(pid_t thread, unsigned long address)
{
    char path[16] = {0};
    size_t length = strlen(hidden);
    struct iovec ours = {path, sizeof path - 1}, theirs = {(void *)address, sizeof path - 1};
    if (process_vm_readv(thread, &ours, 1, &theirs, 1, 0) <= 0)
        return 0;
    return strncmp(path, hidden, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int depth;

/* No call has such a number; when it is over, the number is what it fails with. */
static void deny(pid_t thread, struct user_regs_struct *regs, long with)
{
    regs->orig_rax = with;
    ptrace(PTRACE_SETREGS, thread, 0, regs);
}

static void at_call(pid_t thread, int all)
{
    struct __ptrace_syscall_info info;
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0)
        return;
    ptrace(PTRACE_GETREGS, thread, 0, &regs);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        if (regs.orig_rax == SYS_getdents64)
            leave_out(thread, &regs);
        if ((long)regs.orig_rax < 0) {
            regs.rax = regs.orig_rax;
            ptrace(PTRACE_SETREGS, thread, 0, &regs);
        }
        return;
    }
    switch (regs.orig_rax) {
    case SYS_openat:
    case SYS_readlinkat:
    case SYS_newfstatat:
    case SYS_statx:
        if (all && names_hidden(thread, regs.rsi))
            deny(thread, &regs, -ENOENT);
        break;
    case SYS_clock_gettime:
        /* The clock of a whole process is named by its number, turned over. */
        if (depth > 0 && (int)regs.rdi == (int)(~(unsigned)atoi(hidden) << 3 | 2))
            deny(thread, &regs, -EINVAL);
        break;
    case SYS_pidfd_open:
    case SYS_kill:
        if (depth > 1 && (int)regs.rdi == atoi(hidden))
            deny(thread, &regs, -ESRCH);
    }
}

int main(int count, char **words)
{
    int status, all;
    pid_t first, thread;
    if (count < 4)
        return 2;
    all = strcmp(words[1], "list") != 0;
    depth = strcmp(words[1], "calls") == 0 ? 2 : strcmp(words[1], "clock") == 0;
    hidden = words[2];
    first = fork();
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(words[3], words + 3);
        _exit(127);
    }
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, 0,
           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK
               | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, first, 0, 0);
    while ((thread = waitpid(-1, &status, __WALL)) > 0) {
        int signal = 0;
        if (!WIFSTOPPED(status)) {
            if (thread == first)
                return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
            continue;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80))
            at_call(thread, all);
        else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
            signal = WSTOPSIG(status);
        ptrace(PTRACE_SYSCALL, thread, 0, signal);
    }
    return 1;
}
