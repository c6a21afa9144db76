package spool

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// meta is kept in the file "spool".
type meta struct {
	Epoch                           string
	DroppedMessages, DroppedRecords uint64
	Acked                           uint64
	// Given says that no number beyond it was given to a message. It runs ahead by
	// some, so that one is never given again whatever becomes of the segments: the
	// stores would take what is new for a copy of what they have.
	Given uint64
	// Clean says that its owner closed it, and Self which file it is written to: a spool
	// that is put back from a copy shows by them that it is one, for numbers may have been
	// given after the copy was made.
	Clean bool   `json:",omitempty"`
	Self  string `json:",omitempty"`
}

// ahead is how many numbers are noted as given at a time.
const ahead = 1024

// loadMeta reads the file "spool". Where it cannot be known which numbers were given, leap is
// true.
func (s *Spool) loadMeta() (leap bool, err error) {
	name := filepath.Join(s.dir, "spool")
	epoch, _ := os.ReadFile(filepath.Join(s.dir, "epoch"))
	known := isEpoch(string(epoch))
	f, err := os.Open(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		s.meta.Epoch = string(epoch)
		if s.stats.Remade = known; !known {
			var e [8]byte
			rand.Read(e[:])
			s.meta.Epoch = hex.EncodeToString(e[:])
		}
		return known, s.saveMeta()
	case err != nil:
		return false, err
	}
	b, err := io.ReadAll(f)
	self := ident(f)
	f.Close()
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(b, &s.meta); err != nil || !isEpoch(s.meta.Epoch) {
		if !known {
			return false, fmt.Errorf("%s: this is no spool, or its file \"spool\" is damaged; without that file what waits here is sent under new names: nothing of it is lost, and what the broker has of it already is stored twice", s.dir)
		}
		s.meta, s.stats.Remade = meta{Epoch: string(epoch)}, true
		return true, nil
	}
	return s.meta.Self != "" && (!s.meta.Clean || s.meta.Self != self), nil
}

func isEpoch(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 8
}

func (s *Spool) saveMeta() error {
	s.meta.Acked, s.meta.Clean = s.acked, s.closed
	err := writeFile(filepath.Join(s.dir, "spool"), func(f *os.File) ([]byte, error) {
		s.meta.Self = ident(f)
		return json.Marshal(s.meta)
	})
	if err != nil {
		return err
	}
	s.given = s.meta.Given
	return nil
}

// beingWritten begins the name of a file that WriteFile did not get to name.
const beingWritten = ".new-"

// WriteFile writes a file so that after a crash it holds the old content or the
// new, never a part.
func WriteFile(name string, b []byte) error {
	return writeFile(name, func(*os.File) ([]byte, error) { return b, nil })
}

// writeFile is WriteFile of what content answers for the file that it is written to.
func writeFile(name string, content func(*os.File) ([]byte, error)) error {
	f, err := os.CreateTemp(filepath.Dir(name), beingWritten+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	b, err := content(f)
	if err == nil {
		_, err = f.Write(b)
	}
	if err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}
