-- +goose Up
-- create "kept_files" table
CREATE TABLE `kept_files` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NULL, `size` integer NOT NULL, `stored_size` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "kept_files_name_key" to table: "kept_files"
CREATE UNIQUE INDEX `kept_files_name_key` ON `kept_files` (`name`);
-- create "kept_file_chunks" table
CREATE TABLE `kept_file_chunks` (`id` integer NOT NULL, `seq` integer NOT NULL, `data` blob NOT NULL, `kept_file_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `kept_file_chunks_kept_files_chunks` FOREIGN KEY (`kept_file_id`) REFERENCES `kept_files` (`id`) ON DELETE CASCADE);
-- create index "keptfilechunk_kept_file_id_seq" to table: "kept_file_chunks"
CREATE UNIQUE INDEX `keptfilechunk_kept_file_id_seq` ON `kept_file_chunks` (`kept_file_id`, `seq`);

-- +goose Down
-- reverse: create index "keptfilechunk_kept_file_id_seq" to table: "kept_file_chunks"
DROP INDEX `keptfilechunk_kept_file_id_seq`;
-- reverse: create "kept_file_chunks" table
DROP TABLE `kept_file_chunks`;
-- reverse: create index "kept_files_name_key" to table: "kept_files"
DROP INDEX `kept_files_name_key`;
-- reverse: create "kept_files" table
DROP TABLE `kept_files`;
