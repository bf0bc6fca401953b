INSERT INTO kept_files (id, created_at, updated_at, name, size, stored_size) VALUES (201, 1, 1, 'abc.txt.gz', 9, 5), (202, 1, 1, NULL, 9, 5);
INSERT INTO kept_file_chunks (id, kept_file_id, seq, data) VALUES (211, 201, 0, x'1f8b08'), (212, 201, 1, x'00ff'), (213, 202, 0, x'1f8b08');
