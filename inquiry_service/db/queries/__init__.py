"""Named statements: public writes, reads that lock, and pages of long lists."""
