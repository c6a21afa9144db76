package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// beside is what the broker may keep beside what waits for hubs: the queue of
// captures, and what the parts of the fleet say of themselves.
const beside = 1 << 30

// room is how much of size may wait for hubs in dir. A broker counts on three
// quarters of what is free: what is more is said before the server starts, which
// would only refuse to make its streams. A folder that holds batches is opened all
// the same, with what there is, because hubs wait for them.
func room(dir string, size int64, say func(string)) (int64, error) {
	left, err := free(dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return size, nil
	}
	if err != nil {
		return 0, err
	}
	used, err := below(filepath.Join(dir, "jetstream"))
	if err != nil {
		return 0, err
	}
	ours := max(left/4*3+used, 1<<20)
	if size <= ours {
		return size, nil
	}
	ours = ours >> 20 << 20
	what := fmt.Sprintf("--size %s does not fit: %s has %s free, and the broker counts on three quarters of that", octets(size), dir, octets(left))
	if used == 0 {
		return 0, fmt.Errorf("%s; give it --size %s or less, or a --dir on another disk", what, octets(ours))
	}
	if say != nil {
		say(fmt.Sprintf("warning: %s; it takes %s", what, octets(ours)))
	}
	return ours, nil
}

// below is how much the files below a folder take.
func below(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil {
			n += st.Size()
		}
		return err
	})
	return n, err
}

// octets writes a size as --size takes it.
func octets(n int64) string {
	for _, u := range []struct {
		shift uint
		unit  string
	}{{40, "T"}, {30, "G"}, {20, "M"}, {10, "K"}} {
		if n >= 10<<u.shift || n >= 1<<u.shift && n&(1<<u.shift-1) == 0 {
			return fmt.Sprint(n>>u.shift) + u.unit
		}
	}
	return fmt.Sprint(n)
}
