ALTER TABLE "work_items" ADD COLUMN "prerequisite_satisfaction_required" boolean NOT NULL DEFAULT FALSE;
ALTER TABLE "work_items" ADD COLUMN "auto_maintenance_enabled" boolean NOT NULL DEFAULT TRUE;
ALTER TABLE "work_items" ADD COLUMN "quality_gate_level" text NOT NULL DEFAULT 'standard' CONSTRAINT "ck_work_items_quality_gate_level" CHECK (quality_gate_level IN ('standard', 'enhanced', 'strict'));
