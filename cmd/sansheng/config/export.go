package config

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// inlineMost is how long a list or a group may be that is written on one line.
const inlineMost = 150

// Export writes a configuration down as the document that gives it again: without what is
// as by default, and with Kept in the place of secrets.
func (c *Config) Export() ([]byte, error) {
	tree, err := treeOf(c.hidden())
	if err != nil {
		return nil, err
	}
	usual, err := treeOf(Default())
	if err != nil {
		return nil, err
	}
	omit(tree, usual)
	// The default folder is another one for another account.
	tree.Content = slices.Concat([]*yaml.Node{textNode("data"), textNode(c.Data)}, without(tree, "data"))
	fold(tree)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(tree); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b.Bytes(), e.Close()
}

// treeOf is a configuration as its document's tree.
func treeOf(c *Config) (*yaml.Node, error) {
	n := new(yaml.Node)
	if err := n.Encode(c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return n, nil
}

func textNode(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	return n
}

// without is a group's content without a key.
func without(group *yaml.Node, key string) []*yaml.Node {
	var rest []*yaml.Node
	for i := 0; i+1 < len(group.Content); i += 2 {
		if group.Content[i].Value != key {
			rest = append(rest, group.Content[i], group.Content[i+1])
		}
	}
	return rest
}

// omit takes from a group what another one has just so; groups within it likewise.
func omit(group, usual *yaml.Node) {
	var rest []*yaml.Node
	for i := 0; i+1 < len(group.Content); i += 2 {
		key, v := group.Content[i], group.Content[i+1]
		u := valueOf(usual, key.Value)
		if u != nil && inline(u) == inline(v) || isEmpty(v) && (u == nil || isEmpty(u)) {
			continue
		}
		if u != nil && u.Kind == yaml.MappingNode && v.Kind == yaml.MappingNode {
			omit(v, u)
		}
		rest = append(rest, key, v)
	}
	group.Content = rest
}

// valueOf is what a group has under a key; nil where it has none.
func valueOf(group *yaml.Node, key string) *yaml.Node {
	if group == nil || group.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(group.Content); i += 2 {
		if group.Content[i].Value == key {
			return group.Content[i+1]
		}
	}
	return nil
}

// fold writes on one line what is short: an agent, a queue, a list of numbers.
func fold(n *yaml.Node) {
	for _, v := range n.Content {
		fold(v)
	}
	if n.Kind == yaml.SequenceNode {
		for _, v := range n.Content {
			foldOne(v)
		}
	}
	if scalars(n) && n.Kind == yaml.SequenceNode {
		foldOne(n)
	}
}

func foldOne(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode && len(inline(n)) <= inlineMost {
		n.Style = yaml.FlowStyle
	}
}

// scalars tells whether nothing in a list has parts.
func scalars(n *yaml.Node) bool {
	return !slices.ContainsFunc(n.Content, func(v *yaml.Node) bool { return v.Kind != yaml.ScalarNode })
}
