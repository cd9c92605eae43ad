"""What people do under an agreement: their signed acts, who may do which, and what stands now as the sum of them."""
