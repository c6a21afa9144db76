package catalog

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Registry is names by "port/protocol".
type Registry map[string]Registered

// Registered is what a registry says of one port: its name, and the others that it has there too.
type Registered struct {
	Name, Description string
	Also              []string
}

// Has says whether name is one of those of the port.
func (r Registered) Has(name string) bool { return r.Name == name || slices.Contains(r.Also, name) }

// ReadRegistry reads IANA's service-names-port-numbers.csv, where the first name
// of a port counts and a row without a transport is about TCP and UDP, or the
// services.tsv of this catalogue.
func ReadRegistry(r io.Reader) (Registry, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(12)
	if err != nil {
		return nil, errors.New("empty")
	}
	reg := Registry{}
	put := func(ports, proto, name, desc string) error {
		lo, hi, err := portsOf(ports)
		if err != nil {
			return err
		}
		for p := int(lo); p <= int(hi); p++ {
			k := fmt.Sprintf("%d/%s", p, proto)
			e, ok := reg[k]
			switch {
			case !ok:
				e = Registered{Name: name, Description: strings.Join(strings.Fields(desc), " ")}
			case !e.Has(name):
				e.Also = append(e.Also, name)
			}
			reg[k] = e
		}
		return nil
	}
	if string(head) != "Service Name" {
		sc := bufio.NewScanner(br)
		for n := 1; sc.Scan(); n++ {
			f := strings.Split(sc.Text(), "\t")
			if len(f) != 4 {
				return nil, fmt.Errorf("line %d: neither IANA's csv (its header begins with Service Name) nor four fields with tabs", n)
			}
			for _, p := range strings.Split(f[1], "+") {
				if err := put(f[0], p, f[2], f[3]); err != nil {
					return nil, fmt.Errorf("line %d: %w", n, err)
				}
			}
		}
		return reg, sc.Err()
	}
	rd := csv.NewReader(br)
	rd.FieldsPerRecord = -1
	if _, err := rd.Read(); err != nil {
		return nil, err
	}
	for {
		row, err := rd.Read()
		if err == io.EOF {
			return reg, nil
		}
		if err != nil {
			return nil, err
		}
		if len(row) < 4 || row[0] == "" || row[1] == "" || row[2] != "" && protoOf(row[2]) == 0 {
			continue
		}
		row[3], _, _ = strings.Cut(row[3], "IANA assigned this well-formed service name") // about the name, not what it names
		protos := []string{row[2]}
		if row[2] == "" { // so IANA writes most of its ranges
			protos = []string{"tcp", "udp"}
		}
		for _, p := range protos {
			if err := put(row[1], p, row[0], row[3]); err != nil {
				line, _ := rd.FieldPos(0)
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
		}
	}
}

// Names is the registry as it is embedded.
func Names() Registry {
	reg, err := ReadRegistry(strings.NewReader(file("services.tsv")))
	if err != nil {
		panic("catalog: services.tsv: " + err.Error())
	}
	return reg
}
