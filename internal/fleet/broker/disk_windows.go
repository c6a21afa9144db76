package broker

import "golang.org/x/sys/windows"

// free is how many octets the disk of dir has for us.
func free(dir string) (int64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var ours uint64
	err = windows.GetDiskFreeSpaceEx(name, &ours, nil, nil)
	return int64(ours), err
}
