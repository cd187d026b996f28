CREATE TABLE "board_users" ( "id" uuid_text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NULL, "created_at" timestamp_with_timezone_text NOT NULL, "updated_at" timestamp_with_timezone_text NOT NULL );
CREATE UNIQUE INDEX "ux_board_users_email" ON "board_users" ("email");
