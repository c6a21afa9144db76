package lake

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"portero/internal/fleet/batch"
	"portero/internal/record"
)

// column is one leaf of the Parquet schema: which column of a batch it takes.
type column struct {
	name  string
	kind  batch.Kind
	exact bool // the whole nanoseconds of a time, beside its microseconds
	index int  // of the leaf
}

// sensorColumn is beside the record's own: the site is in the path.
const sensorColumn = "sensor"

// schema is the Parquet schema of a file: the record's fields, the sensor, and
// the exact nanoseconds of times, which Spark reads as numbers only. Durations
// are decimals of microseconds with three places. columns are its leaves.
var (
	schema  *parquet.Schema
	columns []column
)

var _ = initSchema()

func initSchema() bool {
	text := parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	group := parquet.Group{sensorColumn: text}
	byName := map[string]column{sensorColumn: {name: sensorColumn, kind: batch.Text}}
	for _, f := range record.Schema() {
		k := batch.KindOf(f.Kind)
		byName[f.Name] = column{name: f.Name, kind: k}
		switch k {
		case batch.Uint:
			group[f.Name] = parquet.Optional(parquet.Int(64))
		case batch.Nanos:
			group[f.Name] = parquet.Optional(parquet.Decimal(3, 18, parquet.Int64Type))
		case batch.Time:
			group[f.Name] = parquet.Timestamp(parquet.Microsecond)
			group[f.Name+"_ns"] = parquet.Int(64)
			byName[f.Name+"_ns"] = column{name: f.Name, kind: k, exact: true}
		case batch.Bool:
			group[f.Name] = parquet.Optional(parquet.Leaf(parquet.BooleanType))
		case batch.Text:
			if group[f.Name] = text; f.Name == "community_id" || f.Kind == record.KindRisks {
				group[f.Name] = parquet.Optional(parquet.String()) // hardly any two are the same
			}
		case batch.Texts:
			group[f.Name] = parquet.List(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
		case batch.Uints:
			group[f.Name] = parquet.List(parquet.Int(64))
		}
	}
	schema = parquet.NewSchema("flow", group)
	for i, path := range schema.Columns() {
		c := byName[path[0]]
		c.index = i
		columns = append(columns, c)
	}
	return true
}

// file is one Parquet file being written.
type file struct {
	f    *os.File
	buf  *bufio.Writer
	w    *parquet.GenericWriter[any]
	rows int
}

// rowGroupRows bounds the memory that a file takes while it is written.
const rowGroupRows = 256 << 10

func create(name string, mode os.FileMode) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	x := &file{f: f, buf: bufio.NewWriterSize(f, 256<<10)}
	x.w = parquet.NewGenericWriter[any](x.buf, schema, parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.CreatedBy("portero-fleet", "1", ""), parquet.DataPageStatistics(false), parquet.PageBufferSize(256<<10), parquet.KeyValueMetadata("portero.schema", fmt.Sprint(record.SchemaVersion)))
	return x, nil
}

// add writes the given rows of a batch. Columns are independent of one another,
// so they are shared out over workers goroutines.
func (x *file) add(b *batch.Batch, rows []int32, workers int) error {
	ws := x.w.ColumnWriters()
	next := make(chan int, len(columns))
	for i := range columns {
		next <- i
	}
	close(next)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for n := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			vals := scratch.Get().(*[]parquet.Value)
			defer scratch.Put(vals)
			for i := range next {
				*vals = values((*vals)[:0], b, &columns[i], rows)
				if _, err := ws[columns[i].index].WriteRowValues(*vals); err != nil && errs[n] == nil {
					errs[n] = err
				}
			}
		}()
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if x.rows += len(rows); x.rows >= rowGroupRows {
		x.rows = 0
		return x.w.Flush()
	}
	return nil
}

var scratch = sync.Pool{New: func() any { return new([]parquet.Value) }}

// values are those of one leaf for the given rows, with their levels.
func values(vs []parquet.Value, b *batch.Batch, c *column, rows []int32) []parquet.Value {
	if c.name == sensorColumn {
		v := textValue(b.Sensor).Level(0, 1, c.index)
		for range rows {
			vs = append(vs, v)
		}
		return vs
	}
	null := parquet.Value{}.Level(0, 0, c.index)
	from := b.Column(c.name)
	if from == nil || from.Kind != c.kind || from.Empty {
		if c.kind == batch.Time {
			null = parquet.Int64Value(0).Level(0, 0, c.index)
		}
		for range rows {
			vs = append(vs, null)
		}
		return vs
	}
	switch c.kind {
	case batch.Uint, batch.Nanos:
		for _, i := range rows {
			if from.Null != nil && from.Null[i] {
				vs = append(vs, null)
				continue
			}
			vs = append(vs, parquet.Int64Value(int64(from.Nums[i])).Level(0, 1, c.index))
		}
	case batch.Time:
		for _, i := range rows {
			n := int64(from.Nums[i])
			if !c.exact {
				n = floor(n, 1000)
			}
			vs = append(vs, parquet.Int64Value(n).Level(0, 0, c.index))
		}
	case batch.Bool:
		for _, i := range rows {
			if from.Null != nil && from.Null[i] {
				vs = append(vs, null)
				continue
			}
			vs = append(vs, parquet.BooleanValue(from.Nums[i] == 1).Level(0, 1, c.index))
		}
	case batch.Text:
		// One value for each distinct text, copied for each row.
		dict := make([]parquet.Value, len(from.Dict))
		for i, s := range from.Dict {
			dict[i] = textValue(s).Level(0, 1, c.index)
		}
		dict[0] = null
		for _, i := range rows {
			vs = append(vs, dict[from.Index[i]])
		}
	case batch.Texts, batch.Uints:
		for _, i := range rows {
			lo, hi := from.List(int(i))
			if lo == hi {
				vs = append(vs, null)
			}
			for j := lo; j < hi; j++ {
				v := parquet.Value{}
				if c.kind == batch.Texts {
					v = textValue(from.Dict[from.Index[j]])
				} else {
					v = parquet.Int64Value(int64(from.Nums[j]))
				}
				rep := 1
				if j == lo {
					rep = 0
				}
				vs = append(vs, v.Level(rep, 1, c.index))
			}
		}
	}
	return vs
}

// textValue is a text without a copy: the writer does not change it.
func textValue(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}

func floor(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// close finishes the file and fsyncs it, still under its temporary name.
func (x *file) close() error {
	err := x.w.Close()
	if e := x.buf.Flush(); err == nil {
		err = e
	}
	if e := x.f.Sync(); err == nil {
		err = e
	}
	if e := x.f.Close(); err == nil {
		err = e
	}
	return err
}
