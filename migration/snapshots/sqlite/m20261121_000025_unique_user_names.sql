SELECT "id", "name" FROM "board_users" ORDER BY "id" ASC;
CREATE UNIQUE INDEX "ux_board_users_name" ON "board_users" ("name");
