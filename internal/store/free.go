package store

// MinFree is how much space has to be free on a disk for work to begin: what a small job writes. It is in bytes.
const MinFree = 32 << 20

// FreeSpace returns how many bytes are free on the disk of a folder, for the user that runs this process. known is false
// where the system does not say.
func FreeSpace(dir string) (bytes int64, known bool) { return freeSpace(dir) }
