#include "textflag.h"

// func All(lines *[Many]uintptr)
TEXT ·All(SB), NOSPLIT, $0-8
	MOVQ lines+0(FP), SI
	MOVQ 0(SI), AX
	PREFETCHT0 (AX)
	MOVQ 8(SI), AX
	PREFETCHT0 (AX)
	MOVQ 16(SI), AX
	PREFETCHT0 (AX)
	MOVQ 24(SI), AX
	PREFETCHT0 (AX)
	MOVQ 32(SI), AX
	PREFETCHT0 (AX)
	MOVQ 40(SI), AX
	PREFETCHT0 (AX)
	MOVQ 48(SI), AX
	PREFETCHT0 (AX)
	MOVQ 56(SI), AX
	PREFETCHT0 (AX)
	MOVQ 64(SI), AX
	PREFETCHT0 (AX)
	MOVQ 72(SI), AX
	PREFETCHT0 (AX)
	RET

// func Read(p, n uintptr)
TEXT ·Read(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ SI, AX
	ANDQ $63, AX
	ADDQ AX, CX // from the beginning of the first line
next:
	PREFETCHT0 (SI)
	ADDQ $64, SI
	SUBQ $64, CX
	JA next
	RET

// func Write(p, n uintptr)
TEXT ·Write(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ SI, AX
	ANDQ $63, AX
	ADDQ AX, CX // from the beginning of the first line
next:
	BYTE $0x0f; BYTE $0x0d; BYTE $0x0e // PREFETCHW (SI), which the assembler has no word for
	ADDQ $64, SI
	SUBQ $64, CX
	JA next
	RET
