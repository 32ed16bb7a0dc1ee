internal import CKernels

enum VectorKernels { static var active: ck_functions { fatalError() } }
