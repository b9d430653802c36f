package proof

import (
	"encoding/hex"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Tree grows by one leaf after the other. It keeps as many hashes as it has levels, and
// those that a path needs.
type Tree struct {
	grown *compact.Range
	nodes map[compact.NodeID][]byte
}

var hasher = rfc6962.DefaultHasher

// NewTree is an empty tree from which some paths are wanted.
func NewTree(wanted ...Path) *Tree {
	factory := compact.RangeFactory{Hash: hasher.HashChildren}
	t := &Tree{grown: factory.NewEmptyRange(0), nodes: map[compact.NodeID][]byte{}}
	for _, p := range wanted {
		for _, id := range p.nodes.IDs {
			t.nodes[id] = nil
		}
	}
	return t
}

// Append adds a seal's hash as it is written, as hexadecimal text.
func (t *Tree) Append(hash string) error {
	leaf, err := hex.DecodeString(hash)
	if err != nil {
		return fmt.Errorf("add leaf %d: %w", t.Size(), err)
	}
	h := hasher.HashLeaf(leaf)
	t.visit(compact.NewNodeID(0, t.grown.End()), h)
	return t.grown.Append(h, t.visit)
}

func (t *Tree) visit(id compact.NodeID, hash []byte) {
	if _, wanted := t.nodes[id]; wanted {
		t.nodes[id] = hash
	}
}

// Size is how many leaves there are.
func (t *Tree) Size() uint64 { return t.grown.End() }

// Root is the hash of all of them.
func (t *Tree) Root() []byte {
	root, err := t.grown.GetRootHash(nil)
	if err != nil || root == nil { // it begins at 0
		return hasher.EmptyRoot()
	}
	return root
}

// Path is a way through a tree of a certain size that proves something.
type Path struct{ nodes merkle.Nodes }

// InclusionPath proves that the tree of a size has a leaf, counted from 0.
func InclusionPath(leaf, size uint64) (Path, error) {
	n, err := merkle.Inclusion(leaf, size)
	return Path{n}, err
}

// GrowthPath proves that the tree of a size began as the one of an earlier size.
func GrowthPath(from, to uint64) (Path, error) {
	n, err := merkle.Consistency(from, to)
	return Path{n}, err
}

// Hashes are a path's, once the tree has its size.
func (t *Tree) Hashes(p Path) ([][]byte, error) {
	list := make([][]byte, len(p.nodes.IDs))
	for i, id := range p.nodes.IDs {
		if list[i] = t.nodes[id]; list[i] == nil {
			return nil, fmt.Errorf("make proof: the tree of %d leaves lacks node %d of level %d", t.Size(), id.Index, id.Level)
		}
	}
	return p.nodes.Rehash(list, hasher.HashChildren)
}

// CheckInclusion tells whether a head's tree has a seal's hash at a place, counted from 0.
func CheckInclusion(h Head, leaf uint64, hash string, path [][]byte) error {
	b, err := hex.DecodeString(hash)
	if err != nil {
		return fmt.Errorf("check leaf %d: %w", leaf, err)
	}
	return merkle.VerifyInclusion(hasher, leaf, h.Size, hasher.HashLeaf(b), path, h.Root)
}

// CheckGrowth tells whether the chain of a newer head began as the older one says.
func CheckGrowth(older, newer Head, path [][]byte) error {
	return merkle.VerifyConsistency(hasher, older.Size, newer.Size, path, older.Root, newer.Root)
}
