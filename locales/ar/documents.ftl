# وثائق الهوية.
documents-add = إدخال وثيقة
documents-country-hint = حرفان، مثل MA
documents-lead = لا يُحفظ الرقم، بل بصمة فقط تُعرف بها الوثيقة نفسها في مكان آخر.
documents-none = لم تُدخل أي وثيقة.
documents-number = الرقم
documents-title = وثائق الهوية
error-document-number = يجب أن يتكون الرقم من 4 إلى 40 حرفًا ورقمًا.
identity-document-birth-certificate = شهادة ميلاد
identity-document-national-id = بطاقة الهوية الوطنية
identity-document-passport = جواز سفر
