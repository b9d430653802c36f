package debian

import (
	"fmt"
	"os"
	"path/filepath"
)

// fontsFile names a tree's own fonts to its programs.
const fontsFile = "fonts.conf"

// wrapChromium puts a start of our own in the place of Debian's, which knows only
// folders of the machine.
func wrapChromium(root string) error {
	start := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\"\n", filepath.Join(root, "usr/lib/chromium/chromium"))
	name := filepath.Join(root, "usr/bin/chromium")
	if err := os.Remove(name); err != nil {
		return fmt.Errorf("wrap chromium: %w", err)
	}
	if err := os.WriteFile(name, []byte(start), 0o755); err != nil {
		return fmt.Errorf("wrap chromium: %w", err)
	}
	return nil
}

// openChromium has it find the tree's fonts beside the machine's.
func openChromium(t *Tree) error {
	name := filepath.Join(t.Root, fontsFile)
	fonts := fmt.Sprintf(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>%s</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`, filepath.Join(t.Root, "usr/share/fonts"))
	if err := os.WriteFile(name, []byte(fonts), 0o644); err != nil {
		return fmt.Errorf("open chromium: %w", err)
	}
	t.env = append(t.env, "FONTCONFIG_FILE="+name)
	return nil
}
