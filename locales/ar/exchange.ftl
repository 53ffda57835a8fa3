# Candidates for and from partners.
exchange-title = التبادل مع الشركاء
exchange-lead = مرشحون وفق مخطط البيانات المشترك بين المفوضية وHIAS وTalent Beyond Boundaries وغيرها. لا يضم الملف الكامل إلا من وافق؛ ولا تخرج أجوبة الأهلية أبدًا.
exchange-profile = نوع الملف
exchange-profile-anonymous = مجهول الهوية
exchange-profile-full-with-consent = كامل، لمن وافق
exchange-download = تنزيل المستند
exchange-schema = مخطط JSON للمستند
exchange-in = من شريك
exchange-in-lead = افتح دفعة وأرسل مستند الشريك كأي جدول: ترى كل مرشح قبل التسجيل. تُختم أجوبة الأهلية فورًا.
error-exchange-unreadable = ليس مستند مرشحين وفق المخطط المشترك.
error-exchange-version = يتبع المستند نسخة أخرى من المخطط.
error-exchange-anonymous = المستند مجهول الهوية: لا يمكن تسجيل أحد. اطلب من الشريك أشخاصًا موافقين.
error-exchange-closed = يعرض هذا الملف ما لا يظهر لدورك.
subject-exchange = التبادل مع الشركاء
error-exchange-size = المستند بلا مرشحين أو فيه عدد كبير.
