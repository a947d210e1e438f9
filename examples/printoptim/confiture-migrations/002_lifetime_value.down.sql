DROP TABLE r_customer_lifetime_value;
