CREATE TABLE "board_users" ( "id" uuid NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NULL, "created_at" timestamp with time zone NOT NULL, "updated_at" timestamp with time zone NOT NULL );
CREATE UNIQUE INDEX "ux_board_users_email" ON "board_users" ("email");
