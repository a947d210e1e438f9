-- Written in a hurry on a Friday: `confiture lint` finds what is missing here.
CREATE TABLE "OrderNotes" (
    order_id uuid REFERENCES w_orders (id),
    note     text
);
