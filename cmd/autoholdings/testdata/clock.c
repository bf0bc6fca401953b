/* Loaded before the C library, it sets the clock of SQLite wrong: by the seconds in a file, which are read each time. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
	int result = syscall(SYS_gettimeofday, now, zone);
	const char *name = getenv("AUTOHOLDINGS_TEST_DATABASE_CLOCK");
	FILE *file = name ? fopen(name, "r") : NULL;
	long seconds = 0;
	if (file) {
		if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
		fclose(file);
	}
	now->tv_sec += seconds;
	return result;
}
