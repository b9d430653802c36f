package store

import (
	"encoding/json"
	"fmt"

	"sansheng/cti"
)

// writeSheet is a sheet as it is kept; null where there is none.
func writeSheet(s cti.Sheet) ([]byte, error) {
	if len(s) == 0 {
		return nil, nil
	}
	kept := make(cti.Sheet, len(s))
	for i, f := range s {
		kept[i] = cti.SheetField{Name: clean(f.Name), Value: clean(f.Value)}
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	return b, nil
}

func readSheet(b []byte) (s cti.Sheet, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	return s, nil
}
