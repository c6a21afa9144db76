#include "textflag.h"

// func All(lines *[Many]uintptr)
TEXT ·All(SB), NOSPLIT, $0-8
	MOVD lines+0(FP), R0
	MOVD 0(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 8(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 16(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 24(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 32(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 40(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 48(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 56(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 64(R0), R2
	PRFM (R2), PLDL1KEEP
	MOVD 72(R0), R2
	PRFM (R2), PLDL1KEEP
	RET

// func Read(p, n uintptr)
TEXT ·Read(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1
	AND $63, R0, R2
	ADD R2, R1 // from the beginning of the first line
next:
	PRFM (R0), PLDL1KEEP
	ADD $64, R0
	SUBS $64, R1
	BHI next
	RET

// func Write(p, n uintptr)
TEXT ·Write(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1
	AND $63, R0, R2
	ADD R2, R1 // from the beginning of the first line
next:
	PRFM (R0), PSTL1KEEP
	ADD $64, R0
	SUBS $64, R1
	BHI next
	RET
