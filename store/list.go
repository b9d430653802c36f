package store

import (
	"encoding/json"
	"fmt"

	"sansheng/cti"
)

// writeList is a list as a column of JSON keeps it; null where it is empty.
func writeList[T any](list []T) ([]byte, error) {
	if len(list) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write list: %w", err)
	}
	return b, nil
}

// readList is such a column's list; nil where it is null.
func readList[T any](b []byte) (list []T, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return list, nil
}

// cleanSheet is a sheet without what PostgreSQL takes for no text.
func cleanSheet(s cti.Sheet) cti.Sheet {
	kept := make(cti.Sheet, len(s))
	for i, f := range s {
		kept[i] = cti.SheetField{Name: clean(f.Name), Value: clean(f.Value)}
	}
	return kept
}
