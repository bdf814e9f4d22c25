#ifndef VALISE_CPLATFORM_SHIM_H
#define VALISE_CPLATFORM_SHIM_H

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

extern char **environ;

/* The environment, which Swift does not let be read as it is: a variable that anybody may change. */
static inline char **valise_environment(void) { return environ; }

/* What a program is started with: its environment, and for each standard stream a descriptor, or -1 for
   ours, or -2 for nothing. One that is apart leads a process group of its own and gets no other
   descriptor, also none of those that whoever started us let us inherit. */
struct valise_surroundings {
  char *const *environment;
  int streams[3];
  int is_apart;
};

/* Each stream becomes what it is to be, and then nothing else stays open if it is apart. */
static inline int valise_arrange(
    posix_spawn_file_actions_t *actions, const struct valise_surroundings *surroundings) {
  for (int stream = 0; stream < 3; stream++) {
    int error = 0, other = surroundings->streams[stream];
    if (other == -2)
      error = posix_spawn_file_actions_addopen(
          actions, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0);
    else if (other >= 0)
      error = posix_spawn_file_actions_adddup2(actions, other, stream);
    if (error != 0) return error;
  }
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  if (surroundings->is_apart) return posix_spawn_file_actions_addclosefrom_np(actions, 3);
#elif defined(__APPLE__)
  for (int stream = 0; surroundings->is_apart && stream < 3; stream++) {
    int error = posix_spawn_file_actions_addinherit_np(actions, stream);
    if (error != 0) return error;
  }
#endif
  return 0;
}

/* posix_spawnp(3), whose types differ from system to system. The child has none of our ignored
   signals, and one that is apart none that whoever started us ignored or blocked. 0, or an error
   number. */
static inline int valise_spawn(
    char *const words[], const struct valise_surroundings *surroundings, pid_t *child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals, blocked;
  short flags = POSIX_SPAWN_SETSIGDEF;
  int error = posix_spawn_file_actions_init(&actions);
  if (error != 0) return error;
  if ((error = posix_spawnattr_init(&attributes)) != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGQUIT);
  sigemptyset(&blocked);
  if (surroundings->is_apart) {
    flags |= POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK;
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
  }
#ifdef __APPLE__
  if (surroundings->is_apart) flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  error = posix_spawnattr_setsigdefault(&attributes, &signals);
  if (error == 0) error = posix_spawnattr_setsigmask(&attributes, &blocked);
  if (error == 0) error = posix_spawnattr_setflags(&attributes, flags);
  if (error == 0) error = valise_arrange(&actions, surroundings);
  if (error == 0)
    error = posix_spawnp(
        child, words[0], &actions, &attributes, words, surroundings->environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

#ifdef __linux__
#include <errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* prctl is variadic, which Swift does not import. No core dump, and no other process of the same
   user reads this one's memory. */
static inline int valise_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* Room for so many bytes, without changing the file's size (FALLOC_FL_KEEP_SIZE); 0, or ENOSPC or
   EDQUOT when there is none. Whatever else is wrong shows when the bytes are written. Not where files
   live in memory: there each page would be filled twice, once with zeros. */
static inline int valise_reserve(int descriptor, long long byteCount) {
  struct statfs system;
  if (fstatfs(descriptor, &system) != 0 || system.f_type == TMPFS_MAGIC) return 0;
  /* ramfs, and what FUSE carries, may answer zeros: it does not know. */
  if (system.f_bsize <= 0 || system.f_blocks == 0) return 0;
  /* Asked for more than there is, ext4 takes all there is before it gives up, and other programs find
     the disk full meanwhile. */
  if ((unsigned long long)byteCount / (unsigned long long)system.f_bsize >= system.f_bfree) return ENOSPC;
  if (syscall(SYS_fallocate, descriptor, 1, (off_t)0, (off_t)byteCount) == 0) return 0;
  return errno == ENOSPC || errno == EDQUOT ? errno : 0;
}

/* Whether the files of a directory are in memory and on no disk. */
static inline int valise_is_memory(const char *path) {
  struct statfs system;
  return statfs(path, &system) == 0 && (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

/* copy_file_range(2), which glibc declares for GNU sources only: appends to `output` at its position
   what `input` has at *offset, and moves that on. The bytes copied, or -1 and errno. */
static inline long long valise_copy_range(
    int input, long long *offset, int output, unsigned long byteCount) {
  return syscall(SYS_copy_file_range, input, offset, output, (void *)0, byteCount, 0);
}

/* renameat2(2), which glibc declares for GNU sources only: two names in a directory change their files in
   one step (RENAME_EXCHANGE). 0, or -1 and errno, EINVAL or ENOSYS where it cannot be done. */
static inline int valise_exchange(int directory, const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, directory, one, directory, other, 2);
}

/* Whether chattr(1) has made a file, or a directory, one that nobody may replace, or change names in. */
static inline int valise_is_immutable(int descriptor) {
  int flags = 0;
  return ioctl(descriptor, FS_IOC_GETFLAGS, &flags) == 0
      && (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)) != 0;
}

/* syncfs(2), which glibc declares for GNU sources only: all of the file system that `descriptor` is on. */
static inline int valise_synchronize_file_system(int descriptor) {
  return (int)syscall(SYS_syncfs, descriptor);
}
#else
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int valise_exchange(int directory, const char *one, const char *other) {
  return renameatx_np(directory, one, directory, other, RENAME_SWAP);
}
static inline int valise_is_immutable(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0
      && (status.st_flags & (UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND)) != 0;
}

static inline int valise_synchronize_file_system(int descriptor) {
  (void)descriptor;
  sync();
  return 0;
}
static inline int valise_forbid_dumps(void) { return 0; }
static inline int valise_is_memory(const char *path) {
  (void)path;
  return 0;
}
static inline int valise_reserve(int descriptor, long long byteCount) {
  (void)descriptor, (void)byteCount;
  return 0;
}
#endif

#endif
