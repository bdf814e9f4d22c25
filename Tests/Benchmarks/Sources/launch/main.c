/* launch MIB COMMAND...: runs a command and writes its wall time in seconds, its peak memory in KiB and its exit status to
   descriptor 3. A program of its own, because the peak of a child counts from its parent's size. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Touches memory and gives it back. In a virtual machine whose host takes free pages away, the first
   to use them again waits for the host, which has nothing to do with the tool that happens to be it. */
static void warm(size_t bytes) {
  if (bytes == 0) return;
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  for (size_t offset = 0; offset < bytes; offset += 4096) memory[offset] = 1;
  munmap(memory, bytes);
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  fcntl(3, F_SETFD, FD_CLOEXEC);
  warm((size_t)atol(argv[1]) << 20);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 70;
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  dprintf(3, "%.6f %ld %d\n", seconds, usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
