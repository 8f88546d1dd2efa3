// What the static libraries of g++ 12 ask of a glibc newer than 2.28, in terms of that: linked into binaries
// of releases.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

// glibc 2.32. Atomic counters are needed wherever there may be a second thread.
char __libc_single_threaded = 0;

// glibc 2.36
unsigned arc4random(void) {
  unsigned number = 0;
  while (getentropy(&number, sizeof number) != 0) continue;
  return number;
}

// glibc 2.30. The caller looks at its own clock when the time of this one is over.
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* deadline) {
  enum { kNanoseconds = 1000000000 };
  struct timespec theirs, real;
  if (clock_gettime(clock, &theirs) != 0 || clock_gettime(CLOCK_REALTIME, &real) != 0) return 22;  // EINVAL
  real.tv_sec += deadline->tv_sec - theirs.tv_sec;
  real.tv_nsec += deadline->tv_nsec - theirs.tv_nsec;
  if (real.tv_nsec < 0) {
    real.tv_nsec += kNanoseconds;
    --real.tv_sec;
  } else if (real.tv_nsec >= kNanoseconds) {
    real.tv_nsec -= kNanoseconds;
    ++real.tv_sec;
  }
  return pthread_cond_timedwait(condition, mutex, &real);
}

struct search {
  const char* address;
  struct dl_find_object* found;
};

// Non-zero, which ends the search, for the object that has the address in one of its segments.
static int look_into(struct dl_phdr_info* object, size_t size, void* data) {
  (void)size;
  const struct search* search = data;
  const char* frames = NULL;
  const char *begin = NULL, *end = NULL;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)* part = &object->dlpi_phdr[i];
    const char* start = (const char*)object->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_GNU_EH_FRAME) frames = start;
    if (part->p_type == PT_LOAD && search->address >= start && search->address < start + part->p_memsz) {
      begin = start;
      end = start + part->p_memsz;
    }
  }
  if (!begin || !frames) return 0;
  search->found->dlfo_map_start = (void*)begin;
  search->found->dlfo_map_end = (void*)end;
  search->found->dlfo_eh_frame = (void*)frames;
  return 1;
}

// glibc 2.35: where an exception finds how to leave the function at an address.
int _dl_find_object(void* address, struct dl_find_object* found) {
  struct search search = {address, found};
  found->dlfo_flags = 0;
  found->dlfo_link_map = NULL;
  return dl_iterate_phdr(look_into, &search) == 1 ? 0 : -1;
}
