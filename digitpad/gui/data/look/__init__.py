"""Look: any dataset as a grid of its images, with its classes, doubtful labels and near-duplicates."""
